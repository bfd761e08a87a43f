# expect: error ImportError
# idea: start a thread that runs nothing but a function of libc
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
number = ctypes.c_ulong()
got = libc.pthread_create(ctypes.byref(number), None, libc.pause, None)
print("ESCAPED: a thread runs" if got == 0 else "pthread_create gave", got)
