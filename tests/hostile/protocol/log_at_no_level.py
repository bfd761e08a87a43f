# expect: error ImportError
# idea: invent a level that the host's logging would look up
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Log", lines=[{"level": "critical", "message": "x", "at": 0.0}])
