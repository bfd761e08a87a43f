# expect: error ImportError
# idea: date lines before the first day, after the last, and at no time at all
# full: done
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
for at in (-1.0, -1e308, 1e308, float("nan"), float("inf"), float("-inf"), 5e-324, 0):
    say(type="Log", lines=[{"level": "error", "message": f"at {at}", "at": at}])
