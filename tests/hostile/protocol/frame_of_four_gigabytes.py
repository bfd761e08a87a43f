# expect: error ImportError
# idea: announce a frame larger than any
# full: security
import os

os.write(4, b"\xff\xff\xff\xff" + b"x" * 1000)
while True:
    pass
