# expect: error ImportError
# idea: report a failure of a kind that only the host may find
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Failed", failure={"kind": "security", "type": "SIGSYS", "message": "", "traceback": ""})
