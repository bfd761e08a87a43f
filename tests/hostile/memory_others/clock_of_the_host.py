# expect: error ImportError
# idea: watch how much processor time the others use, by their clocks
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
room = (ctypes.c_int64 * 2)()
for name in ("host", "zygote", "sibling", "victim"):
    for kind in (0, 1, 2, 6):
        clock = (~ctx.config[name] << 3) | kind
        attempt(f"clock {kind} of the {name}", 228, clock, room)
        attempt(f"resolution of clock {kind} of the {name}", 229, clock, room)
        attempt(f"sleep by clock {kind} of the {name}", 230, clock, 0, room, None)
