# expect: error ImportError
# idea: say that the tick is over, and go on computing in the time of the others
# full: timeout
# ticks: 2
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)

def tick(ctx):
    say(type="Finished")
    while True:
        pass
