# expect: error ImportError
# idea: have a timer of the kernel signal this process, or another, for ever
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
made = ctypes.c_int()
event = (ctypes.c_int32 * 16)(0, 0, 12, 4, ctx.config["victim"])
for clock in (0, 1, 2, 3, 7, 8):
    attempt(f"timer_create on clock {clock}", 222, clock, event, ctypes.byref(made))
for which in (0, 1, 2):
    attempt(f"setitimer {which}", 38, which, (ctypes.c_int64 * 4)(0, 1000, 0, 1000), None)
attempt("alarm", 37, 1)
attempt("timerfd_create", 283, 1, 0)
