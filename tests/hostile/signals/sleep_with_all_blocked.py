# expect: error ImportError
# idea: sleep for a year in the kernel with every signal blocked
# full: timeout
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
everything = (ctypes.c_uint64 * 16)(*[0xFFFFFFFFFFFFFFFF] * 16)
libc.sigprocmask(0, everything, None)
libc.nanosleep((ctypes.c_int64 * 2)(31_536_000, 0), None)
