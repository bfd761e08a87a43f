# expect: error ImportError
# idea: open the file in the place of a standard stream of libc
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.freopen.restype = ctypes.c_void_p
page = ctypes.create_string_buffer(200)
stream = libc.freopen(ctx.config["secret_file"].encode(), b"r", ctypes.c_void_p.in_dll(libc, "stdin"))
print("errno", ctypes.get_errno())
if stream:
    libc.fgets(page, 200, ctypes.c_void_p(stream))
    print("ESCAPED: read", page.value)
