# expect: error ImportError
# idea: make a second call before the first is answered
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
calls = [encode({"type": "Ask", "serial": serial, "call": {"type": "StateGet", "key": "x"}}) for serial in (1, 2)]
os.write(4, b"".join(len(text).to_bytes(4, "big") + text for text in calls))
while True:
    pass
