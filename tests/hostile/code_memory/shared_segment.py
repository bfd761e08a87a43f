# expect: error ImportError
# idea: attach a segment of shared memory as executable
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
made = attempt("shmget", 29, 0, 4096, 0o1700)
for number in {made, *range(16)}:
    attempt(f"shmat of {number}", 30, number, 0, 0o100000)
