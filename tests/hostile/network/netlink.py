# expect: error ImportError
# idea: ask the kernel for the interfaces and addresses of the machine
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
for protocol in range(23):
    found = attempt(f"netlink {protocol}", 41, 16, 3, protocol)
    if found >= 0:
        libc.send(found, b"\x14\x00\x00\x00\x12\x00\x01\x03" + bytes(12), 20, 0)
