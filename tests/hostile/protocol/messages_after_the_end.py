# expect: error ImportError
# idea: leave a line in the pipe behind the end of the tick, where nobody expects one
# full: security | done
# ticks: 2
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)

def tick(ctx):
    data = b"".join(
        len(text).to_bytes(4, "big") + text
        for text in (encode({"type": "Finished"}), encode({"type": "Log", "lines": []}))
    )
    os.write(4, data)
    while True:
        pass
