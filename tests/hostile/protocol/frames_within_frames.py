# expect: error ImportError
# idea: begin a frame by hand and let the worker's own print end it
# full: security
import os

os.write(4, (200).to_bytes(4, "big") + b"\x82\xa4type")
for number in range(20):
    print("interleaved", number)
