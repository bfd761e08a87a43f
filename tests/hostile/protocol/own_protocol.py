# expect: error ImportError
# idea: never return from loading, and play the worker's part of the protocol from there
# full: done
# ticks: 3
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Loaded", has_setup=False, has_on_error=False)
tick = None
for _ in range(3):
    size = int.from_bytes(os.read(3, 4), "big")
    while size:
        size -= len(os.read(3, size))
    say(type="Log", lines=[{"level": "info", "message": "played", "at": 0.0}])
    say(type="Finished")
os.read(3, 1)
