# expect: error ImportError
# idea: have libc resolve a path link by link
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.realpath.restype = ctypes.c_void_p
libc.canonicalize_file_name.restype = ctypes.c_void_p
for path in (ctx.config["secret_file"].encode(), b"/", b"."):
    print("ESCAPED: resolved" if libc.realpath(path, None) and path != b"/" else "realpath", ctypes.get_errno())
    print("ESCAPED: resolved" if libc.canonicalize_file_name(path) and path != b"/" else "canonicalize", ctypes.get_errno())
