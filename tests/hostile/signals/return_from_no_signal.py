# expect: error ImportError
# idea: return from a signal that never came, so that the kernel loads registers from our stack
# full: crash
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
print("about to return")
libc.syscall(ctypes.c_long(15), *[ctypes.c_long(0x4141414141414141)] * 40)
