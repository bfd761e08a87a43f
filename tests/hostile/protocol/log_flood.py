# expect: error ImportError
# idea: send as many small batches as the pipe takes, past the worker's own bounds
# full: timeout
# timeout: 0.7
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
while True:
    say(type="Log", lines=[{"level": "info", "message": "flood", "at": 0.0}] * 20)
