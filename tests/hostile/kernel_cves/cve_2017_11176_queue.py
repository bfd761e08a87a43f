# expect: error ImportError
# idea: the door is a notification about a queue that is retried with a closed descriptor
# full: done
# source: CVE-2017-11176
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("mq_open", 240, b"cellblock", 0o102, 0o600, None)
for number in (made, 3, 4):
    attempt(f"mq_notify {number}", 244, number, (ctypes.c_int64 * 8)())
