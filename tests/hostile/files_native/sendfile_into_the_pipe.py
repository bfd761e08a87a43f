# expect: error ImportError
# idea: let the kernel copy a file that is open under any number into the pipe to the host
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
for number in (0, 1, 2, *range(5, 64)):
    if attempt(f"sendfile from {number}", 40, 4, number, None, 4096) > 0:
        break
