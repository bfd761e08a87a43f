# expect: error ImportError
# idea: read every packet of the machine
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
for kind in (2, 3, 10):
    attempt(f"packet socket, kind {kind}", 41, 17, kind, 0x0300)
for protocol in (1, 6, 255):
    attempt(f"raw socket {protocol}", 41, 2, 3, protocol)
