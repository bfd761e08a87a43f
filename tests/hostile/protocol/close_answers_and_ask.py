# expect: error ImportError
# idea: close the end that answers come through, then ask for something large
# full: crash | security | error OSError | done
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
ctx.state.set("large", "x" * 400_000)
os.close(3)
for serial in range(2, 6):
    say(type="Ask", serial=serial, call={"type": "StateGet", "key": "large"})
