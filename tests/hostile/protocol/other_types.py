# expect: error ImportError
# idea: send well-formed values that are no message: numbers, lists, extensions, times
# full: security
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
for text in (b"\xc0", b"\xc3", b"\x00", b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", b"\x90", b"\xd6\xff\x00\x00\x00\x00", b"\xc7\x04\x7fabcd"):
    os.write(4, len(text).to_bytes(4, "big") + text)
