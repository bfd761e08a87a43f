# expect: memory | error MemoryError | error ValueError
# full: memory | error MemoryError | error ValueError
# memory: 64
# idea: load an npy text whose header promises a petabyte of numbers
import numpy as np


class Paper:
    def __init__(self, data):
        self.data, self.place = data, 0

    def read(self, size=-1):
        piece = self.data[self.place :] if size < 0 else self.data[self.place : self.place + size]
        self.place += len(piece)
        return piece

    def seek(self, offset, whence=0):
        self.place = self.place + offset if whence else offset


def tick(ctx):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1125899906842624,), }"
    header += b" " * (117 - len(header)) + b"\n"
    print(np.load(Paper(b"\x93NUMPY\x01\x00\x76\x00" + header + b"x" * 64)))
