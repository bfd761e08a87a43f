# expect: error ImportError
# idea: take back the order to die with the zygote, and be dumpable again
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
attempt("PR_SET_PDEATHSIG 0", 157, 1, 0, 0, 0, 0)
attempt("PR_GET_PDEATHSIG", 157, 2, ctypes.create_string_buffer(8), 0, 0, 0)
attempt("PR_SET_DUMPABLE with its upper half set", 157, 4, 1 << 32, 0, 0, 0)
attempt("PR_SET_DUMPABLE by an option with its upper half set", 157, (1 << 32) + 4, 1, 0, 0, 0)
