# expect: error ImportError
# idea: load the C library a second time, into a namespace of its own
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.dlmopen.restype = ctypes.c_void_p
libc.dlerror.restype = ctypes.c_char_p
for name in (b"libc.so.6", b"libm.so.6", b"libdl.so.2"):
    print("ESCAPED: mapped a library" if libc.dlmopen(ctypes.c_long(-1), name, 2) else libc.dlerror())
