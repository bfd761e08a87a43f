# expect: error ImportError
# idea: the door is a page of a file that is spliced into a pipe and then written over
# full: security
# source: CVE-2022-0847
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("open", 2, ctx.config["secret_file"].encode(), 0)
attempt("pipe", 22, (ctypes.c_int * 2)())
attempt("splice", 275, 5, (ctypes.c_int64 * 1)(0), 4, None, 1, 0)
