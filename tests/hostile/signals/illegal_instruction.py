# expect: error ImportError
# idea: execute a function's bytes from their middle
# full: crash
import ctypes

libc = ctypes.CDLL(None)
start = ctypes.cast(libc.memcpy, ctypes.c_void_p).value
for offset in range(1, 64):
    ctypes.CFUNCTYPE(ctypes.c_long)(start + offset)()
ctypes.string_at(1)
