# expect: error ImportError
# idea: send a message of a kind that does not exist
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Execute", code="print('ESCAPED: the host ran it')")
