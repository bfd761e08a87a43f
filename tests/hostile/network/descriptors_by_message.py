# expect: error ImportError
# idea: ask to be handed a descriptor over what is open, and hand out one's own
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
room = ctypes.create_string_buffer(256)
control = ctypes.create_string_buffer(b"\x14\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x03\x00\x00\x00" + bytes(4), 24)
vector = (ctypes.c_uint64 * 2)(ctypes.addressof(room), 256)
header = (ctypes.c_uint64 * 7)(0, 0, ctypes.addressof(vector), 1, ctypes.addressof(control), 24, 0)
for number in range(16):
    attempt(f"hand 3 out over {number}", 46, number, header, 0x40)
    attempt(f"take one from {number}", 47, number, header, 0x40)
