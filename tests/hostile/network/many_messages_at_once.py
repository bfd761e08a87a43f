# expect: error ImportError
# idea: send on the pipes with the calls for sockets
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
text = ctypes.create_string_buffer(b"out", 3)
vector = (ctypes.c_uint64 * 2)(ctypes.addressof(text), 3)
header = (ctypes.c_uint64 * 8)(0, 0, ctypes.addressof(vector), 1)
for number in range(8):
    attempt(f"sendmmsg on {number}", 307, number, header, 1, 0)
    attempt(f"sendmsg on {number}", 46, number, header, 0)
    attempt(f"recvmmsg on {number}", 299, number, header, 1, 0x40, None)
