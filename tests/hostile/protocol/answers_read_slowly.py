# expect: error ImportError
# idea: read a large answer byte by byte and keep the host's buffer full until the deadline
# full: timeout | security
# timeout: 0.7
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
ctx.state.set("large", "x" * 400_000)
say(type="Ask", serial=2, call={"type": "StateGet", "key": "large"})
while True:
    os.read(3, 1)
