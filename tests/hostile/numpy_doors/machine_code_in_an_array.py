# expect: crash
# full: crash
# idea: write machine code into an array and point the method table of a builtin at it
import numpy as np


class Window:
    def __init__(self, address, words):
        self.__array_interface__ = {"version": 3, "data": (address, False), "shape": (words,), "typestr": "<u8"}


def tick(ctx):
    # mov rax, rsi; inc qword [rsi]; ret: a builtin that gives its argument back.
    code = np.frombuffer(bytes_of("4889f048ff06c3"), dtype=np.uint8).copy()
    table = np.asarray(Window(id(ord) + 16, 1))
    method = np.asarray(Window(int(table[0]), 4)).copy()
    method[1] = code.ctypes.data
    table[0] = method.ctypes.data
    if ord("x") == "x":
        print("ESCAPED: ran machine code from data")


def bytes_of(text):
    import base64

    return base64.b16decode(text.upper())
