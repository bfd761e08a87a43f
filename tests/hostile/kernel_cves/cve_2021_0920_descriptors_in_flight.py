# expect: error ImportError
# idea: the door is a socket that is sent through itself until the collector meets it
# full: done
# source: CVE-2021-0920
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
header = (ctypes.c_uint64 * 7)()
for number in (3, 4):
    attempt(f"sendmsg {number}", 46, number, header, 0)
    attempt(f"recvmsg {number} with MSG_PEEK", 47, number, header, 2)
