# expect: done | crash
# idea: shorten a list, a deque and an array from within the __index__ and __eq__ that they ask for
import collections
import numpy as np


class Shrinks:
    def __init__(self, held):
        self.held = held

    def __index__(self):
        self.held.clear() if hasattr(self.held, "clear") else self.held.resize(0, refcheck=False)
        return 5

    def __eq__(self, other):
        self.held.clear()
        return False


def tick(ctx):
    for held in (list(range(1_000)), collections.deque(range(1_000)), np.arange(1_000)):
        evil = Shrinks(held)
        for act in (
            lambda: held[evil],
            lambda: held.__setitem__(evil, 1),
            lambda: held.__setitem__(slice(0, evil), [1]),
            lambda: held.insert(evil, 1),
            lambda: held * evil,
            lambda: held.index(evil),
            lambda: held.remove(evil),
            lambda: held.count(evil),
            lambda: held.rotate(evil),
            lambda: held.take(evil),
            lambda: held.reshape(evil, evil),
        ):
            try:
                act()
            except Exception as error:
                print(type(error).__name__, end=" ")
