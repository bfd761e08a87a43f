# expect: error ImportError
# idea: give the same field twice, with two values
# full: security | done
import os

data = b"\x84\xa4type\xa3Ask\xa4type\xa8Finished\xa4type\xa3Log\xa5lines\x90"
os.write(4, len(data).to_bytes(4, "big") + data)
