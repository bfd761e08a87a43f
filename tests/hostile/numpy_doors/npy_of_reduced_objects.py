# expect: done
# idea: save an array of objects whose __reduce__ names a reader, and have np.load build it again
import numpy as np


class Drawer:
    def __init__(self):
        self.data, self.place = b"", 0

    def write(self, data):
        self.data += data if isinstance(data, type(b"")) else data.raw.tobytes()

    def read(self, size=-1):
        piece = self.data[self.place :] if size is None or size < 0 else self.data[self.place : self.place + size]
        self.place += len(piece)
        return piece

    def readline(self):
        return self.read(self.data.index(b"\n", self.place) + 1 - self.place)

    def seek(self, offset, whence=0):
        self.place = (0, self.place, len(self.data))[whence] + offset

    def tell(self):
        return self.place


class Reads:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return np.fromfile, (self.path, "S64")


def tick(ctx):
    drawer = Drawer()
    held = np.empty(1, dtype=[("field", "O")])
    held["field"][0] = Reads(ctx.config["secret_file"])
    try:
        np.save(drawer, held, allow_pickle=True)
        print("saved", len(drawer.data))
        print("ESCAPED: read", np.load(drawer, allow_pickle=True))
    except Exception as error:
        print("refused:", type(error).__name__, error, repr(error.__cause__))
