# expect: error ImportError
# idea: take a handle of each process that is known, and of the first hundred
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
for number in (*(ctx.config[name] for name in ("host", "zygote", "sibling", "victim")), *range(1, 100)):
    attempt(f"pidfd_open {number}", 434, number, 0)
for number in range(3, 16):
    attempt(f"pidfd_send_signal through {number}", 424, number, 0, None, 0)
