# expect: error ImportError
# idea: ask Landlock for a domain in which everything is granted
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
rules = (ctypes.c_uint64 * 3)(0, 0, 0)
made = attempt("landlock_create_ruleset", 444, rules, 24, 0)
attempt("landlock_restrict_self", 446, made, 0)
attempt("PR_SET_SECCOMP to strict", 157, 22, 1, 0, 0, 0)
