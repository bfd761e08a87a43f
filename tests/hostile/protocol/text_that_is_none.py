# expect: error ImportError
# idea: send texts that are not UTF-8, and halves of characters
# full: security
import os

for message in (b"\xff\xfe\xfd", b"\xed\xa0\x80", b"\xc0\xaf"):
    data = b"\x82\xa4type\xa3Log\xa5lines\x91\x83\xa5level\xa4info\xa7message" + bytes([0xA0 | len(message)]) + message + b"\xa2at\xcb" + bytes(8)
    os.write(4, len(data).to_bytes(4, "big") + data)
