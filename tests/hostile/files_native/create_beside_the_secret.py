# expect: error ImportError
# idea: create a file in a folder of the host by creat, open and openat
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
folder = ctx.config["folder"].encode()
attempt("creat", 85, folder + b"/one", 0o600)
attempt("open with O_CREAT", 2, folder + b"/two", 0o101, 0o600)
attempt("openat with O_CREAT and O_EXCL", 257, -100, folder + b"/three", 0o301, 0o600)
