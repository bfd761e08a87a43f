# expect: done
# idea: hand the host values whose __reduce__ would run there if it ever unpickled what a worker says
class Spring(str):
    def __reduce__(self):
        return eval_, ("__import__('os').system('touch ' + path)",)

    __reduce_ex__ = __getstate__ = lambda self, *given: (eval_, ("1",))

    def __str__(self):
        return self

    def encode(self, *given):
        return b"cposix\nsystem\n(Vid\ntR."


def eval_(text):
    return len.__self__.eval(text)


def tick(ctx):
    for act in (
        lambda: ctx.log.info(Spring("line")),
        lambda: ctx.state.set(Spring("key"), Spring("value")),
        lambda: ctx.state.set("set", {Spring("inner"): [Spring("x")]}),
        lambda: ctx.state.delete(Spring("key")),
        lambda: print(ctx.state.get_all()),
        lambda: ctx.state.set("object", Spring),
    ):
        try:
            act()
        except Exception as error:
            print("refused:", type(error).__name__, error)
