# expect: error ImportError
# idea: go through every number of prctl that changes what a process may do
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
for option, value in ((1, 0), (4, 1), (4, 2), (8, 1), (15, 1), (22, 1), (22, 2), (24, 0), (26, 1), (28, 0), (29, 1), (31, 1), (33, 1), (36, 1), (38, 0),
                      (41, 1), (43, 1), (45, 0), (47, 2), (53, 0), (59, 1), (61, 1), (62, 1), (65, 0), (67, 1), (70, 1), (0x53564D41, 0), (0x59616D61, -1)):
    attempt(f"prctl {option} {value}", 157, option, value, 0, 0, 0)
