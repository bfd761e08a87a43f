# expect: error ImportError
# idea: the door is a traced child whose instruction pointer is no address
# full: security
# source: CVE-2014-4699
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("PTRACE_SETREGS", 101, 13, ctx.config["sibling"], 0, bytes(216))
