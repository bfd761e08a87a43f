# expect: error ValueError
# full: error ValueError
# idea: fail with classes whose names have millions of characters, in fact or because their own class says so
class Liar(type):
    @len.__self__.property
    def __name__(cls):
        return "N" * 10_000_000

    __qualname__ = __module__ = "\n" * 1_000_000


def on_error(ctx, error):
    print(type(error.__cause__).__name__[:10])
    raise Liar("L", (Exception,), {})("lie")


def tick(ctx):
    raise ValueError("short") from type("E" * 1_000_000, (Exception,), {})("long")
