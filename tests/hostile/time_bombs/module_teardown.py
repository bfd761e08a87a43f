# expect: done
# ticks: 2
# idea: wait in globals and classes of the module, and beside it, for its dictionary to be torn down
class Last:
    def __init__(self, ctx):
        self.ctx = ctx

    def __del__(self):
        modules = self.ctx.state._ask.__func__.__globals__["sys"].modules
        try:
            modules["posix"].kill(self.ctx.config["host"], 10)
        except Exception as error:
            modules["builtins"].print("refused:", type(error).__name__)


last = Last(ctx)
Last.itself = Last(ctx)
ctx.state._ask.__func__.__globals__["sys"].modules["cellblock.last"] = Last(ctx)


def tick(ctx):
    space = tick.__globals__
    space.clear()
    space["tick"] = lambda ctx: None
