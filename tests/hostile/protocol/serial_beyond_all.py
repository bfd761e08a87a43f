# expect: error ImportError
# idea: use the largest number for a call, so that every later one is too small
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Ask", serial=2**64 - 1, call={"type": "StateGet", "key": "x"})
os.read(3, 65536)
ctx.state.get("x")
