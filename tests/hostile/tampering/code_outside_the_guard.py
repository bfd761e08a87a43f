# expect: timeout
# full: timeout
# idea: hook the assignment of ctx.tick, which happens before the guarded part of a tick begins, and loop there
# ticks: 2
def hook(self, name, value):
    while True:
        pass


def tick(ctx):
    type(ctx).__setattr__ = hook
