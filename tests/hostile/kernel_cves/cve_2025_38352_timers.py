# expect: error ImportError
# idea: the door is a timer on processor time that fires while its thread ends
# full: done
# source: CVE-2025-38352
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
for clock in (2, 3, -2, -6):
    attempt(f"timer_create on clock {clock}", 222, clock, None, ctypes.byref(made))
    attempt("timer_settime", 223, made.value, 0, (ctypes.c_int64 * 4)(0, 0, 0, 1), None)
