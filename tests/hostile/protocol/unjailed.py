# expect: error ImportError
# idea: say that the jail could not be built, so that the operator is blamed
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Unjailed", reason="ESCAPE of the blame")
