# expect: error ImportError
# idea: measure other processes with the counters of the processor
# full: security
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attributes = ctypes.create_string_buffer(b"\x00\x00\x00\x00\x80\x00\x00\x00", 128)
attempt("perf_event_open of the host", 298, attributes, ctx.config["host"], -1, -1, 0)
