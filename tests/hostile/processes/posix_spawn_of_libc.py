# expect: error ImportError
# idea: have libc start a program in the way that shares memory until it runs
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
words = (ctypes.c_char_p * 2)(b"true", None)
number = ctypes.c_int()
got = libc.posix_spawn(ctypes.byref(number), b"/bin/true", None, None, words, None)
print("ESCAPED: started" if got == 0 else "posix_spawn gave", got, number.value)
