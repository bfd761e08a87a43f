# expect: error ImportError
# idea: send a line of seven million characters
# full: security
import os
import sys

data = sys.modules["msgspec"].msgpack.encode({"type": "Log", "lines": [{"level": "info", "message": "x" * 7_000_000, "at": 0.0}]})
data = len(data).to_bytes(4, "big") + data
while data:
    data = data[os.write(4, data) :]
while True:
    pass
