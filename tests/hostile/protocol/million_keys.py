# expect: error ImportError
# idea: send a map of many keys that all hash alike, or are just many
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Finished", **{f"key{number}": number for number in range(200_000)})
