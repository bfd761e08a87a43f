# expect: done
# idea: log texts of a class of our own that lies about its length, its bytes and its equality
class Lie(str):
    def __len__(self):
        return 1

    def __str__(self):
        return self

    def encode(self, *given):
        return b"\xff" * 10_000_000

    def __getitem__(self, key):
        return self * 10

    def split(self, *given):
        return [self] * 1_000_000

    rpartition = lambda self, mark: ("a" * 10_000_000, mark, self)
    __add__ = __radd__ = lambda self, other: self


def tick(ctx):
    lie = Lie("x" * 1_000_000 + "\n")
    for act in (lambda: print(lie), lambda: ctx.log.info(lie), lambda: ctx.log.error(lie), lambda: ctx.state.set(Lie("k" * 600), lie), lambda: ctx.state.set("v", {lie: lie})):
        try:
            act()
        except Exception as error:
            print("refused:", type(error).__name__, str.__str__(str(error))[:80])
    raise_if_kept(ctx)


def raise_if_kept(ctx):
    assert len("".join(ctx.state.keys())) < 600
