# expect: error ImportError
# idea: send a whole log line in frames torn into single bytes
# full: done
import os
import sys

data = sys.modules["msgspec"].msgpack.encode({"type": "Log", "lines": [{"level": "info", "message": "dripped", "at": 0.0}]})
for byte in len(data).to_bytes(4, "big") + data:
    os.write(4, bytes([byte]))
