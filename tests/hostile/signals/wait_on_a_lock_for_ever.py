# expect: error ImportError
# idea: wait in C code, with signals blocked, on a lock that nobody gives up
# full: timeout
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
everything = (ctypes.c_uint64 * 16)(*[0xFFFFFFFFFFFFFFFF] * 16)
libc.sigprocmask(0, everything, None)
lock = ctypes.create_string_buffer(64)
libc.pthread_mutex_lock(lock)
libc.pthread_mutex_lock(lock)
