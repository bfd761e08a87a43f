# expect: error ImportError
# idea: open with no path at all, relative to a descriptor that is held
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
for number in (-100, 3, 4):
    attempt(f"an empty path at {number}", 257, number, b"", 0)
    attempt(f"a link to {number}", 265, number, b"", -100, ctx.config["folder"].encode() + b"/link", 0x1000)
    attempt(f"a relative path at {number}", 257, number, b"../../../etc/hostname", 0)
