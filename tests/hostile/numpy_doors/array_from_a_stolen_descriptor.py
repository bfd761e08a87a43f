# expect: done
# idea: give np.fromfile and np.memmap an object whose fileno names a descriptor of the host's pipes
import numpy as np


class Stolen:
    mode = "r+b"
    name = "stolen"

    def __init__(self, number):
        self.number = number

    def fileno(self):
        return self.number

    def flush(self):
        pass

    def tell(self):
        return 0

    def seek(self, *where):
        return 0


def tick(ctx):
    for number in range(12):
        for door in (np.fromfile, np.memmap, np.zeros(4).tofile):
            try:
                print("ESCAPED: descriptor", number, door(Stolen(number)))
            except Exception as error:
                print(number, type(error).__name__)
