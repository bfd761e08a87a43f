# expect: error ImportError
# idea: die in the middle of a frame, so that the host waits for its rest
# full: crash
import os

os.write(4, (1000).to_bytes(4, "big") + b"\x82\xa4type")
os._exit(0)
