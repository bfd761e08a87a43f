# expect: error ImportError
# idea: nest lists so deeply that the reader's own stack runs out
# full: security
import os

data = b"\x82\xa4type\xa3Log\xa5lines" + b"\x91" * 500_000 + b"\xc0"
data = len(data).to_bytes(4, "big") + data
while data:
    data = data[os.write(4, data) :]
while True:
    pass
