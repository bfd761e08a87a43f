# expect: error ImportError
# idea: list the folder with libc's directory streams and its tree walker
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.opendir.restype = ctypes.c_void_p
print("ESCAPED: opened" if libc.opendir(ctx.config["folder"].encode()) else "errno", ctypes.get_errno())
libc.scandir.restype = ctypes.c_int
names = ctypes.c_void_p()
print("ESCAPED: listed" if libc.scandir(b"/", ctypes.byref(names), None, None) >= 0 else "errno", ctypes.get_errno())
