# expect: crash | done | error TypeError | error ValueError | error SystemError
# idea: view an array of integers as an array of object pointers, and touch the objects
import numpy as np


class Lie:
    def __init__(self, numbers):
        self.numbers = numbers
        self.__array_interface__ = {
            "version": 3, "data": (numbers.ctypes.data, False), "shape": numbers.shape, "typestr": "|O8",
        }


def tick(ctx):
    fake = np.zeros(64, dtype=np.uint64)
    fake[0] = 1 << 20
    fake[1] = id(type(b""))
    fake[2] = 1 << 62
    for pointer in (fake.ctypes.data, 0x41414141):
        objects = np.asarray(Lie(np.full(4, pointer, dtype=np.uint64)))
        item = objects[1]
        print(len(item))
        print(item[1 << 40 : (1 << 40) + 16])
