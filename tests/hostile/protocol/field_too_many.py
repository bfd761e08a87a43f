# expect: error ImportError
# idea: add a field to a message that the host knows
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Finished", exit_status=0)
