# expect: error ImportError
# idea: make a thread with a bare clone and a stack of one's own
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
stack = ctypes.create_string_buffer(65536)
top = ctypes.addressof(stack) + 60000 & ~15
for flags in (0x3D0F00, 0x10F00, 0x50F00, 0x00010900):
    if attempt(f"clone with {flags:#x}", 56, flags, top, 0, 0, 0) == 0:
        libc.syscall(60, 0)
