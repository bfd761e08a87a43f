# expect: error ImportError
# idea: have a shell write the file into a pipe
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.popen.restype = ctypes.c_void_p
stream = libc.popen(b"cat " + ctx.config["secret_file"].encode(), b"r")
print("ESCAPED: a program runs" if stream else "errno", ctypes.get_errno())
