# expect: error ImportError
# idea: ask in the name of another worker, by fields that a message does not have
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
say(type="Ask", serial=1, worker="treasure", call={"type": "StateGet", "key": "token"})
