# expect: error KeyError
# full: error KeyError
# idea: raise from the assignment of ctx.tick, where no worker's error is awaited
# ticks: 2
def tick(ctx):
    type(ctx).__setattr__ = lambda self, name, value: {}[name]
    ctx.log.flush()
