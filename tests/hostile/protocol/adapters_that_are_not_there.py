# expect: error ImportError
# idea: call methods of the host's objects by naming them as an adapter's
# full: done
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
names = ("__init__", "__class__", "__getattribute__", "close", "_store", "os.system")
for serial, (adapter, method) in enumerate(((a, b) for a in ("state", "files", "http", "", "__class__", "host") for b in names), 1):
    say(type="Ask", serial=serial, call={"type": "AdapterCall", "adapter": adapter, "method": method, "arguments": b"[[], {}]"})
    size = int.from_bytes(os.read(3, 4), "big")
    text = b""
    while len(text) < size:
        text += os.read(3, size - len(text))
    print("answered", text[-150:])
