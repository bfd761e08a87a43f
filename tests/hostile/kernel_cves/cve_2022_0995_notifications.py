# expect: error ImportError
# idea: the door is a pipe that receives the kernel's notifications, and a filter for them
# full: security
# source: CVE-2022-0995
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("pipe2 O_NOTIFICATION_PIPE", 293, (ctypes.c_int * 2)(), 0o200)
attempt("IOC_WATCH_QUEUE_SET_FILTER", 16, 3, 0x5761, bytes(64))
attempt("keyctl WATCH_KEY", 250, 32, -3, 3, 1)
