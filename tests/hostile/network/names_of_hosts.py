# expect: error ImportError
# idea: have libc resolve a name, which reads files and asks servers
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
found = ctypes.c_void_p()
for name in (b"localhost", b"ip6-localhost", b"127.0.0.1", b"0x7f.1"):
    got = libc.getaddrinfo(name, b"80", None, ctypes.byref(found))
    numeric = name[:1].isdigit()
    print("ESCAPED: resolved" if got == 0 and not numeric else "getaddrinfo gave", name, got)
interfaces = ctypes.c_void_p()
print("ESCAPED: interfaces" if libc.getifaddrs(ctypes.byref(interfaces)) == 0 else "getifaddrs refused", libc.if_nametoindex(b"lo"))
