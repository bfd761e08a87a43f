# expect: error ImportError
# idea: write over a function of libc where it lies
# full: crash
import ctypes

place = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p).value
ctypes.memmove(place, b"\xb8\x2a\x00\x00\x00\xc3", 6)
print("ESCAPED: code was changed", ctypes.CDLL(None).getpid())
