# expect: error ImportError
# idea: connect to a socket with an abstract name, which no file system guards
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
for kind in (1, 2, 5):
    found = libc.socket(1, kind, 0)
    address = b"\x01\x00\x00" + ctx.config["abstract"].encode()
    got = libc.connect(found, address, len(address))
    print("ESCAPED: connected" if got == 0 else "refused", found, ctypes.get_errno())
