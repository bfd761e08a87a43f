# expect: error ImportError
# idea: say twice that the tick is over
# full: security | done
# ticks: 2
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)

def tick(ctx):
    say(type="Finished")
