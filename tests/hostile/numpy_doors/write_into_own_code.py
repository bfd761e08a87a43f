# expect: crash | done | error SystemError | error TypeError | error NameError | error IndexError | error UnboundLocalError | error AttributeError | error KeyError | memory
# idea: overwrite the bytes of a function's code object while it is in use
import numpy as np


class Window:
    def __init__(self, address, size):
        self.__array_interface__ = {"version": 3, "data": (address, False), "shape": (size,), "typestr": "|u1"}


def prey(a=1, b=2):
    return [a, b, {a: b}, (a, b)]


def tick(ctx):
    code = prey.__code__
    size = len(code.co_code)
    image = np.asarray(Window(id(code), 400 + size)).tobytes()
    start = image.find(code.co_code[-6:-2])
    print("code at", start)
    np.asarray(Window(id(code), 400 + size))[max(start, 200) - 8 : max(start, 200) + 4] = 0xFF
    print(prey())
