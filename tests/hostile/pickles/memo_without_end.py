# expect: done | memory | error MemoryError | crash
# full: done | memory | error MemoryError | crash
# memory: 64
# idea: unpickle opcodes that ask for a memo, a frame and bytes of gigabytes
import pandas as pd


class Paper:
    def __init__(self, data):
        self.data, self.place = data, 0

    def read(self, size=-1):
        end = len(self.data) if size is None or size < 0 else self.place + size
        piece, self.place = self.data[self.place : end], min(end, len(self.data))
        return piece

    def readline(self):
        return self.read()

    def seek(self, *where):
        self.place = 0

    def __iter__(self):
        return iter(())


def tick(ctx):
    for payload in (
        b"Nr\xff\xff\xff\x7f.",
        b"\x80\x04\x8e\x00\x00\x00\x00\x10\x00\x00\x00x.",
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\x00\x00N.",
        b"\x8b\xff\xff\xff\x7fx.",
        b"(" * 1_000_000 + b".",
    ):
        try:
            print("answered", pd.read_pickle(Paper(payload), compression=None))
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:80])
