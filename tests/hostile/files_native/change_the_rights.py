# expect: error ImportError
# idea: make the secret's owner, rights, times and attributes one's own
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
secret = ctx.config["secret_file"].encode()
attempt("chmod", 90, secret, 0o4777)
attempt("fchmodat2", 452, -100, secret, 0o777, 0)
attempt("chown", 92, secret, libc.getuid(), -1)
attempt("fchownat", 260, -100, secret, -1, -1, 0)
attempt("setxattr", 188, secret, b"user.mine", b"1", 1, 0)
attempt("setxattrat", 463, -100, secret, 0, b"user.mine", bytes(16), 16)
attempt("file_setattr", 469, -100, secret, bytes(24), 24, 0)
attempt("utimes", 235, secret, None)
