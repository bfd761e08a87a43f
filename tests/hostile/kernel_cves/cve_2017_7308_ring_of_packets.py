# expect: error ImportError
# idea: the door is a ring of packets with a block size that overflows
# full: done
# source: CVE-2017-7308
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("a packet socket", 41, 17, 3, 0)
attempt("PACKET_RX_RING", 54, made, 263, 5, bytes(28), 28)
