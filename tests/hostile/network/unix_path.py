# expect: error ImportError
# idea: connect to a socket that has a path
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
found = libc.socket(1, 0o2000001, 0)
address = b"\x01\x00" + ctx.config["unix"].encode() + b"\x00"
got = libc.connect(found, address, len(address))
print("ESCAPED: connected" if got == 0 else "refused", found, ctypes.get_errno())
