# expect: error ImportError
# idea: claim functions that the source does not have, and never end loading
# full: timeout
# ticks: 2
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Loaded", has_setup=True, has_on_error=True)
tick = None
while True:
    pass
