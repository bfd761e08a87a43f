# expect: error ImportError
# idea: see which descriptors are open, and what they are
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
room = ctypes.create_string_buffer(256)
found = {number: room.raw[24:28].hex() for number in range(4096) if call(5, number, room)[0] == 0}
print("ESCAPED: more than two are open" if set(found) - {3, 4} else "two pipes", found)
