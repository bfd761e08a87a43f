# expect: error ImportError
# idea: name classes of the host in the place of a message's kind
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
for name in ("builtins.object", "cellblock.errors.Bug", "__class__", "Load", "Answer", "Seal", "PastFailure"):
    say(type=name)
