# expect: error ImportError
# idea: make a file where programs keep what is of no use later
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.tmpfile.restype = ctypes.c_void_p
name = ctypes.create_string_buffer(ctx.config["folder"].encode() + b"/XXXXXX")
print("ESCAPED: tmpfile" if libc.tmpfile() else "errno", ctypes.get_errno())
print("ESCAPED: mkstemp" if libc.mkstemp(name) >= 0 else "errno", ctypes.get_errno())
libc.mkdtemp.restype = ctypes.c_void_p
print("ESCAPED: mkdtemp" if libc.mkdtemp(ctypes.create_string_buffer(b"/tmp/XXXXXX")) else "errno", ctypes.get_errno())
