# expect: error ImportError
# idea: send the host the messages that only the host sends
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Run", phase="tick", tick=None, failure=None)
