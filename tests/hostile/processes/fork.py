# expect: error ImportError
# idea: make a second process and let it live longer than the tick
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
if attempt("fork", 57) == 0:
    libc._exit(0)
if libc.fork() == 0:
    libc._exit(0)
print("libc's fork refused", ctypes.get_errno())
