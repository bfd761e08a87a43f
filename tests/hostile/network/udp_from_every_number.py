# expect: error ImportError
# idea: send a datagram through whatever socket is open under any number
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
address = b"\x02\x00" + ctx.config["udp"].to_bytes(2, "big") + b"\x7f\x00\x00\x01" + bytes(8)
made = libc.socket(2, 2, 0)
for number in (made, *range(1024)):
    if libc.sendto(number, b"out", 3, 0, address, 16) >= 0:
        print("ESCAPED: sent through", number)
print("sendto", ctypes.get_errno())
