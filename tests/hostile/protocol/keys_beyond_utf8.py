# expect: error ImportError
# idea: keep state under keys that no store should take: empty, endless, with zero bytes, lone halves
# full: done
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
for serial, key in enumerate(("", "x" * 20_000, "a\0b", "\u202e", "' OR 1=1 --", "../x", "\U0010ffff"), 1):
    say(type="Ask", serial=serial, call={"type": "StateSet", "key": key, "value": b"1"})
    size = int.from_bytes(os.read(3, 4), "big")
    text = b""
    while len(text) < size:
        text += os.read(3, size - len(text))
    print("answered", text[-120:])
