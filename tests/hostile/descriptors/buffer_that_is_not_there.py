# expect: error ImportError
# idea: give the host's pipe bytes from memory that may not be read, at once and half-way
# full: done | security
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
libc.mmap.restype = ctypes.c_void_p
page = libc.mmap(None, ctypes.c_size_t(8192), 3, 0x22, -1, ctypes.c_long(0))
for place in (0, 1, 0xFFFFFFFF81000000, (1 << 47) - 1):
    print("write from", hex(place), call(1, 4, ctypes.c_ulong(place), 8))
print("half of it unreadable", call(10, page + 4096, 4096, 0), call(1, 4, page + 4096 - 8, 4096))
