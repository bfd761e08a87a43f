# expect: error ImportError
# idea: say that the source is loaded while it is still loading
# full: security | done
# ticks: 2
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Loaded", has_setup=False, has_on_error=False)


def tick(ctx):
    print("ticked")
