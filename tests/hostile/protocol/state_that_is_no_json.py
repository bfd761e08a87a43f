# expect: error ImportError
# idea: keep values that are no JSON, or nested without end, so that another reader falls over them
# full: done
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
values = (b"", b"{", b"NaN", b"[" * 100_000 + b"]" * 100_000, b'"\xff\xfe"', b'"\\ud800"', b"1e999", b"1" * 300_000, b'{"a":1,"a":2}')
for serial, value in enumerate(values, 1):
    say(type="Ask", serial=serial, call={"type": "StateSet", "key": f"k{serial}", "value": value})
    size = int.from_bytes(os.read(3, 4), "big")
    text = b""
    while len(text) < size:
        text += os.read(3, size - len(text))
    print("answered", text[-120:])
