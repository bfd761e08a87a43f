# expect: error ImportError
# idea: ask for a bare handle on the file, which needs no right to read it
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

found = attempt("open with O_PATH", 257, -100, ctx.config["secret_file"].encode(), 0o10000000)
if found >= 0:
    attempt("open it again through the handle", 257, -100, b"/proc/self/fd/%d" % found, 0)
