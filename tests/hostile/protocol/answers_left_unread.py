# expect: error ImportError
# idea: ask for the same large value again and again and never read an answer, so that the host has to keep them
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
ctx.state.set("large", "x" * 400_000)
for serial in range(2, 5000):
    say(type="Ask", serial=serial, call={"type": "StateGet", "key": "large"})
    for _ in range(20_000):
        pass
