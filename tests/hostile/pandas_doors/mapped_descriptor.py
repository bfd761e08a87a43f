# expect: done
# idea: have read_csv map or read a descriptor of the host's pipes behind an object that looks like a file
import pandas as pd


class Stolen:
    mode = "rb"
    closed = False

    def __init__(self, number):
        self.number = number

    def fileno(self):
        return self.number

    def read(self, size=-1):
        return ""

    def __iter__(self):
        return iter(())

    def readable(self):
        return True

    seekable = writable = readable


def tick(ctx):
    for number in range(10):
        for options in ({"memory_map": True}, {"engine": "python", "memory_map": True}, {"compression": "gzip"}, {"engine": "pyarrow"}):
            try:
                print("ESCAPED: descriptor", number, pd.read_csv(Stolen(number), **options))
            except Exception as error:
                print(number, type(error).__name__, str(error)[:60])
