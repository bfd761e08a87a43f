# expect: error ImportError
# idea: send signals to this very process by every call for it
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
me = libc.getpid()
for signal in (0, 10, 12, 15, 19):
    attempt(f"kill itself with {signal}", 62, me, signal)
    attempt(f"tgkill itself with {signal}", 234, me, me, signal)
print("raise", libc["raise"](12))
