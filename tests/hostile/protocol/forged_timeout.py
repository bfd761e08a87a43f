# expect: error ImportError
# idea: report a timeout that never was, with texts as long as they may be
# full: timeout
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Failed", failure={"kind": "timeout", "type": "T" * 300, "message": "m" * 4000, "traceback": "t" * 16_000})
while True:
    pass
