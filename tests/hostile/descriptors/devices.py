# expect: error ImportError
# idea: give orders to a terminal, should one be behind a descriptor: type for its owner
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
for number in range(32):
    for order in (0x5412, 0x5401, 0x5413, 0x541D, 0x541C, 0x5423, 0x4B4D, 0x80045430):
        attempt(f"ioctl {order:#x} of {number}", 16, number, order, b"x")
