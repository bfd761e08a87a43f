# expect: error ImportError
# idea: write to the operator's terminal through log lines: titles, clipboards, links, other directions of text
# full: done
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)
for text in ("\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x1b]8;;file:///\x07x", "\x9b2J", "\r\n\x00\x08\x7f", "\u202eevil", "\u2028"):
    say(type="Log", lines=[{"level": "error", "message": text, "at": 0.0}])
