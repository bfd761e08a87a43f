# expect: error ImportError
# idea: report a failure whose name and traceback are longer than they may be
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Failed", failure={"kind": "error", "type": "T" * 301, "message": "", "traceback": ""})
