# expect: error ImportError
# idea: ask the security modules of the kernel about this process, and set its label
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
size = ctypes.c_uint32(4096)
room = ctypes.create_string_buffer(4096)
attempt("lsm_list_modules", 461, room, ctypes.byref(size), 0)
attempt("lsm_get_self_attr", 459, 100, room, ctypes.byref(size), 0)
attempt("lsm_set_self_attr", 460, 100, room, 32, 0)
