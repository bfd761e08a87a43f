# expect: error ImportError
# idea: send a number that no integer of the wire can hold
# full: security
import os

data = b"\x83\xa4type\xa3Ask\xa6serial\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00\xa4call\x82\xa4type\xa8StateGet\xa3key\xa1x"
os.write(4, len(data).to_bytes(4, "big") + data)
while True:
    pass
