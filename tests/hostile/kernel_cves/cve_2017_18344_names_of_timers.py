# expect: error ImportError
# idea: the door is a timer with a way of notifying that is none
# full: done
# source: CVE-2017-18344
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
event = (ctypes.c_int32 * 16)(0, 0, 0, 0x7FFFFFFF)
attempt("timer_create", 222, 0, event, ctypes.byref(ctypes.c_int()))
attempt("/proc/self/timers", 2, b"/proc/self/timers", 0)
