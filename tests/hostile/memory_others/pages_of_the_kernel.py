# expect: error ImportError
# idea: look whether fresh pages of the kernel still hold what others wrote
# full: done
import ctypes

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
dirty = 0
for size in (4096, 65536, 1 << 21, 1 << 24):
    place = libc.mmap(None, ctypes.c_size_t(size), 3, 0x22, -1, ctypes.c_long(0))
    dirty += ctypes.string_at(place, size).count(b"\0") != size
end = ctypes.create_string_buffer(1 << 16)
print("ESCAPED: pages come dirty" if dirty else "all clean", len(end))
