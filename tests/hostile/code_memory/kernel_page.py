# expect: error ImportError
# idea: use the fixed page that old programs call for the time, and write to it
# full: crash | done | security
import ctypes

print("time", ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)(0xFFFFFFFFFF600400)(None) > 0)
ctypes.memmove(0xFFFFFFFFFF600000, b"\xc3", 1)
