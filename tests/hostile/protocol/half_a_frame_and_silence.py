# expect: error ImportError
# idea: send half a frame of the largest size and nothing more
# full: timeout
# timeout: 0.7
import os

os.write(4, (8_000_000).to_bytes(4, "big") + bytes(1000))
while True:
    pass
