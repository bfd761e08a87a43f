# expect: error ImportError
# idea: ask libc for the users and groups of the machine, which it reads from files
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
for name in ("getpwent", "getgrent", "getutent", "getspent", "getservent", "getprotoent", "getnetent", "gethostent", "getrpcent"):
    function = getattr(libc, name, None)
    if function is not None:
        function.restype = ctypes.c_void_p
        print("ESCAPED: read an entry" if function() else "nothing", name)
