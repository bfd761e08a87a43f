# expect: error ImportError
# idea: ask for files outside the workspace past the checks of this side
# full: done
import os
import sys

encode = sys.modules["msgspec"].msgpack.encode


def say(**message):
    data = encode(message)
    os.write(4, len(data).to_bytes(4, "big") + data)

def ask(serial, **call):
    say(type="Ask", serial=serial, call=call)
    size = int.from_bytes(os.read(3, 4), "big")
    text = b""
    while len(text) < size:
        text += os.read(3, size - len(text))
    print("answered", text[:300])


for serial, path in enumerate((ctx.config["secret_file"], "../../../../../etc/hostname", "/proc/self/environ", "a\0b", "", "x" * 5000), 1):
    ask(2 * serial, type="FilesRead", path=path, offset=0, limit=100, whole=True, encoding="utf-8")
    ask(2 * serial + 1, type="FilesWrite", path=path, content=b"mine", append=True)
