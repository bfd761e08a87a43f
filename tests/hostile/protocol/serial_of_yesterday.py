# expect: error ImportError
# idea: use a call's number again, and numbers below nothing
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
ctx.state.get("x")
say(type="Ask", serial=1, call={"type": "StateGet", "key": "x"})
while True:
    pass
