# expect: error ImportError
# idea: attach every segment of shared memory that any process of the machine has left
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
for key in (*range(64), 0x5EED, 0x1234, 0x52000000, -1):
    attempt(f"shmget {key}", 29, key, 0, 0)
for number in range(256):
    attempt(f"shmat {number}", 30, number, 0, 0o10000)
attempt("shmctl SHM_INFO", 31, 0, 14, bytes(256))
