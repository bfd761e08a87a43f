# expect: error ImportError
# idea: map one page twice, writable here and executable there
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
made = attempt("memfd_create", 319, b"code", 0)
for number in (made, 3, 4):
    for rights, flags in ((3, 1), (5, 1), (5, 2), (1, 2), (7, 2)):
        attempt(f"mmap of {number}, rights {rights}, flags {flags}", 9, 0, 4096, rights, flags, number, 0)
attempt("shared anonymous", 9, 0, 4096, 3, 0x21, -1, 0)
