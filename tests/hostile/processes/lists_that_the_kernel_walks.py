# expect: error ImportError
# idea: have the kernel write where a list of ours points when the thread ends
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
words = (ctypes.c_uint64 * 8)()
attempt("set_tid_address", 218, words)
attempt("set_robust_list", 273, words, 24)
attempt("rseq", 334, words, 32, 0, 0x53053053)
attempt("get_robust_list of the sibling", 274, ctx.config["sibling"], words, words)
