# expect: error ImportError
# idea: have the kernel hand system calls back to this process before the filter sees them
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
selector = ctypes.create_string_buffer(1)
attempt("PR_SET_SYSCALL_USER_DISPATCH", 157, 59, 1, 0, 0, ctypes.addressof(selector))
attempt("PR_SET_SYSCALL_USER_DISPATCH inclusive", 157, 59, 2, 0, 4096, ctypes.addressof(selector))
