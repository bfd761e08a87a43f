# expect: security | done
# full: security | done
# ticks: 2
# idea: tell the host that the tick is over while it still runs, and go on in the time of nobody
def tick(ctx):
    worker = ctx.state._ask.__self__
    m = ctx.state.get.__globals__["m"]
    worker._link.send(m.Finished())
    for number in range(200):
        worker._link.send(m.Log((m.Line("info", "after the end", 0.0),)))
    worker._link.send(m.Finished())
