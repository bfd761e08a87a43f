# expect: done
# idea: pass ctx numbers of a class whose value differs from look to look, and indices that are no numbers
class Many(int):
    looks = 0

    def __index__(self):
        Many.looks += 1
        return Fake()

    def __int__(self):
        return -(2**200)

    def __repr__(self):
        return "null, 1"

    __str__ = __repr__


class Fake:
    def __le__(self, other):
        return True

    __ge__ = __lt__ = __gt__ = __le__

    def __int__(self):
        return 2**200


class Real(float):
    def __repr__(self):
        return "NaN"

    def is_integer(self):
        return 1 / 0


def tick(ctx):
    files = type(ctx).__init__.__globals__["Files"](ctx.state._ask)
    for act in (
        lambda: files.read("a", Many(1), Many(2)),
        lambda: files.read("a", Many(1), -1),
        lambda: files.read("a", True, 2**53),
        lambda: files.read(Many(5)),
        lambda: ctx.state.set("k", [Many(7), {Many(8): Real(1.5)}, -0.0, 5e-324]),
        lambda: ctx.state.get("k"),
        lambda: ctx.state.set("k", {1: 1, "1": 2, True: 3, None: 4, 1.0: 5}),
        lambda: ctx.state.get("k"),
        lambda: ctx.state.set("k", Real("nan")),
    ):
        try:
            print("answered", act())
        except Exception as error:
            print("refused:", type(error).__name__, error)
