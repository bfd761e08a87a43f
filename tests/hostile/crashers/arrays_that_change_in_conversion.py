# expect: done | crash | memory | error ValueError
# idea: change the sequence, the dtype and the array while numpy converts them
import numpy as np


def tick(ctx):
    rows = [[1, 2], [3, 4]]

    class Evil:
        def __array__(self, dtype=None, copy=None):
            rows.clear()
            return np.arange(3)

        def __len__(self):
            rows.append(self) if len(rows) < 9 else rows.clear()
            return 2

        def __getitem__(self, key):
            rows.clear()
            return key

        __float__ = __index__ = lambda self: rows.clear() or 1
        dtype = property_of = 5

    for act in (
        lambda: np.array([rows, Evil()]),
        lambda: np.array(rows + [Evil()], dtype=float),
        lambda: np.concatenate([rows, [Evil(), Evil()]]),
        lambda: np.zeros(3).put([Evil()], Evil()),
        lambda: np.frompyfunc(lambda a: rows.append(a) or rows.clear(), 1, 1)(np.array([Evil()] * 3, dtype="O")),
        lambda: np.sort(np.array([Evil(), 1, 2], dtype="O")),
        lambda: np.array([1, 2], dtype="O").__setstate__((1, (2**40,), np.dtype("O"), False, b"x")),
        lambda: np.ndarray((2**40,), buffer=np.zeros(1)),
        lambda: np.nditer([np.arange(6)], ["external_loop"]).remove_axis(7),
        lambda: np.lib.stride_tricks.as_strided(np.array([1], dtype="O"), (50_000,), (8,)).tolist(),
    ):
        rows[:] = [[1, 2], [3, 4]]
        try:
            print(str(act())[:30])
        except Exception as error:
            print(type(error).__name__, str(error)[:60])
