# expect: error ImportError
# idea: read the head of an answer before the link does, so that it takes the rest for a frame
# full: security | error PeerError | error DecodeError | timeout
# timeout: 0.7
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Ask", serial=1, call={"type": "StateGet", "key": "x"})
os.read(3, 3)
ctx.state._ask.__self__._link._serial = 1
ctx.state.get("x")
