# expect: error ImportError
# idea: send a batch of a hundred thousand lines at once
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Log", lines=[{"level": "info", "message": "", "at": 0.0}] * 100_000)
while True:
    pass
