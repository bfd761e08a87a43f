# expect: error ImportError
# idea: change the flags that this end shares with the host: no waiting, packets, leases, locks
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
for number in (3, 4):
    for order, value in ((1, 0), (2, 1), (3, 0), (4, 0o4000), (4, 0o40000), (9, 0), (1024, 1), (1026, 0x80000000), (1033, 15), (1034, 0), (6, 0), (37, 0)):
        attempt(f"fcntl {order} of {number}", 72, number, order, value)
    attempt(f"flock of {number}", 73, number, 2)
    attempt(f"FIONBIO of {number}", 16, number, 0x5421, (ctypes.c_int * 1)(1))
