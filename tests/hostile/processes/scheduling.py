# expect: error ImportError
# idea: run before all others: real-time, deadline, priority, processors
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
attributes = (ctypes.c_uint32 * 14)(56, 6, 0, 0, 0, 0, 10_000_000, 0, 20_000_000, 0, 20_000_000, 0, 0, 0)
attempt("sched_setattr", 314, 0, attributes, 0)
attempt("sched_setscheduler", 144, 0, 1, (ctypes.c_int * 1)(99))
attempt("sched_setparam", 142, 0, (ctypes.c_int * 1)(99))
attempt("sched_setaffinity", 203, 0, 8, b"\xff" * 8)
attempt("setpriority", 141, 0, 0, -20)
attempt("ioprio_set", 251, 1, 0, 1 << 13)
attempt("sched_rr_get_interval", 148, 0, bytes(16))
