# expect: done
# ticks: 3
# idea: come back to life in __del__, over and over, and hold what the tick has let go
class Phoenix:
    risen = []

    def __init__(self, ctx):
        self.ctx = ctx

    def __del__(self):
        Phoenix.risen.append(self)
        self.__class__ = type("Phoenix", (Phoenix,), {})
        if len(Phoenix.risen) < 50:
            self.ctx.state.set("risen", len(Phoenix.risen))


def tick(ctx):
    Phoenix(ctx)
    for number in range(20):
        if Phoenix.risen:
            Phoenix.risen.pop()
    print(len(Phoenix.risen), ctx.state.get("risen"))
