# expect: error ImportError
# idea: rename, link, remove and make what other processes see, by every call there is
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
secret = ctx.config["secret_file"].encode()
attempt("rename", 82, secret, folder + b"/other")
attempt("renameat2 with exchange", 316, -100, secret, -100, secret, 2)
attempt("link", 86, secret, folder + b"/link")
attempt("symlink", 88, b"/etc", folder + b"/symlink")
attempt("unlink", 87, secret)
attempt("mkdir", 83, folder + b"/folder", 0o700)
attempt("mknod, a pipe", 133, folder + b"/pipe", 0o10600, 0)
attempt("mknodat, the memory device", 259, -100, folder + b"/mem", 0o20600, 0x101)
attempt("truncate", 76, secret, 0)
