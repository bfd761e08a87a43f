# expect: done
# idea: round-trip a DataFrame of reducing objects through pickle bytes in memory
import pandas as pd


class Drawer:
    mode = "wb"

    def __init__(self, data=b""):
        self.data, self.place = data, 0

    def write(self, data):
        self.data += data if isinstance(data, type(b"")) else data.tobytes()
        return len(data)

    def read(self, size=-1):
        end = len(self.data) if size is None or size < 0 else self.place + size
        piece, self.place = self.data[self.place : end], min(end, len(self.data))
        return piece

    def readline(self):
        return self.read(self.data.index(b"\n", self.place) + 1 - self.place)

    def seek(self, offset, whence=0):
        self.place = (0, self.place, len(self.data))[whence] + offset
        return self.place

    def tell(self):
        return self.place

    def __iter__(self):
        return iter(())


class Reads:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return pd.read_csv, (self.path,)


def tick(ctx):
    drawer = Drawer()
    try:
        pd.DataFrame({"a": [Reads(ctx.config["secret_file"])]}, dtype="O").to_pickle(drawer, compression=None)
        print("pickled", len(drawer.data))
        print("ESCAPED: read", pd.read_pickle(Drawer(drawer.data), compression=None)["a"][0])
    except Exception as error:
        print("refused:", type(error).__name__, error)
