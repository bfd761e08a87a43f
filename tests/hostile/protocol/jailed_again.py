# expect: error ImportError
# idea: report the jail a second time, with canaries that all sang
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Jailed", canaries={"open": "ALLOWED"})
