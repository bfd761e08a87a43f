# expect: error ImportError
# idea: connect to a listening port of this machine with bare calls
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
port = ctx.config["tcp"]
found = libc.socket(2, 1, 0)
print("socket", found, ctypes.get_errno())
for number in (found, *range(16)):
    address = b"\x02\x00" + port.to_bytes(2, "big") + b"\x7f\x00\x00\x01" + bytes(8)
    if libc.connect(number, address, 16) == 0:
        print("ESCAPED: connected", number)
print("connect", ctypes.get_errno())
