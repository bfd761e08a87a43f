# expect: error ImportError
# idea: read what was asked, and write what was answered
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
room = ctypes.create_string_buffer(64)
attempt("read 4", 0, 4, room, 64)
attempt("write 3", 1, 3, b"\x00\x00\x00\x01\xc0", 5)
attempt("read 4 with its upper half set", 0, (1 << 32) + 4, room, 64)
attempt("write 3 with its upper half set", 1, (1 << 32) + 3, b"x", 1)
