# expect: error ImportError
# idea: make the stack executable, downwards to where it begins
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
libc.environ = ctypes.c_void_p.in_dll(libc, "environ")
place = libc.environ.value & ~4095
for rights in (7, 0x01000007, 0x02000007):
    attempt(f"mprotect of the stack with {rights:#x}", 10, place, 4096, rights)
maker = getattr(libc, "_dl_make_stack_executable", None)
print("the loader's own helper", maker(ctypes.byref(ctypes.c_void_p.in_dll(libc, "__libc_stack_end"))) if maker else "is not there")
