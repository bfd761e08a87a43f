# expect: error ImportError
# idea: block every signal, and compute past the deadline
# full: timeout
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
everything = (ctypes.c_uint64 * 16)(*[0xFFFFFFFFFFFFFFFF] * 16)
print("blocked", libc.sigprocmask(0, everything, None))
while True:
    pass
