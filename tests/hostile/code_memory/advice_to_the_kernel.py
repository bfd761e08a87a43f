# expect: error ImportError
# idea: give every advice about memory there is, for some merge, poison or remove pages
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
page = libc.syscall(*[ctypes.c_long(n) for n in (9, 0, 1 << 21, 3, 0x22, -1, 0)])
for advice in (*range(30), 100, 101, 102, 103):
    if advice not in (4, 8, 14, 15):
        attempt(f"madvise {advice}", 28, page, 4096, advice)
attempt("process_madvise of the sibling", 440, 3, bytes(16), 1, 4, 0)
