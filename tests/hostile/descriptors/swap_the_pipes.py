# expect: error ImportError
# idea: put the pipe for asks in the place of the one for answers, so that it may be read
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
libc.close(3)
if attempt("dup2 4 to 3", 33, 4, 3) == 3:
    print("ESCAPED: two names for one pipe")
