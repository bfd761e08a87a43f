# expect: error ImportError
# idea: send a frame with no bytes in it
# full: security
import os

os.write(4, bytes(4))
while True:
    pass
