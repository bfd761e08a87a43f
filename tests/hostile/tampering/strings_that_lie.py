# expect: done
# idea: pass ctx strings of a class whose encode, length, comparison and text are false
class Lie(str):
    def encode(self, *_):
        return b"\xff\xfe\x00"

    def __len__(self):
        return 2**40

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __str__(self):
        return self

    def __format__(self, spec):
        return 5

    def __getitem__(self, place):
        return "x" * 10**6

    def split(self, *_):
        return [self] * 1000


def tick(ctx):
    files = type(ctx).__init__.__globals__["Files"](ctx.state._ask)
    for act in (
        lambda: ctx.state.set(Lie("key"), Lie("value")),
        lambda: ctx.state.get(Lie("key"), "nothing"),
        lambda: ctx.state.keys(),
        lambda: ctx.state.set("k", {Lie("a"): Lie("b"), Lie("a"): 2}),
        lambda: ctx.state.get("k"),
        lambda: ctx.log.info(Lie("line")),
        lambda: print(Lie("printed"), sep=Lie("-"), end=Lie("!")),
        lambda: files.read(Lie("x"), encoding=Lie("utf-7")),
        lambda: files.write("x", Lie("content"), Lie(""), Lie("base64")),
        lambda: ctx.config[Lie("secret_file")],
        lambda: getattr(ctx, Lie("state")),
    ):
        try:
            print("answered", str.__str__(str(act())))
        except Exception as error:
            print("refused:", type(error).__name__, error)
