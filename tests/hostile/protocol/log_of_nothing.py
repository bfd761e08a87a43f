# expect: error ImportError
# idea: send empty batches, which cost the host work and count as no line
# full: timeout
# timeout: 0.7
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
data = encode({"type": "Log", "lines": []})
data = (len(data).to_bytes(4, "big") + data) * 500
while True:
    os.write(4, data)
