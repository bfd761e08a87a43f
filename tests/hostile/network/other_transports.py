# expect: error ImportError
# idea: carry TCP under another name: MPTCP, SCTP, SMC, DCCP
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
for what, family, kind, protocol in (("MPTCP", 2, 1, 262), ("SCTP", 2, 5, 132), ("SMC", 43, 1, 0), ("DCCP", 2, 6, 33), ("XDP", 44, 3, 0), ("QUIC", 2, 2, 261)):
    attempt(what, 41, family, kind, protocol)
