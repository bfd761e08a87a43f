# expect: done
# full: done
# timeout: 20
# idea: write log frames to the pipe in a loop of our own, past every limit that the worker keeps itself
def tick(ctx):
    link = ctx.state._ask.__self__._link
    space = ctx.log.info.__func__.__globals__
    line = space["Line"]("info", "x" * 4_000, float("nan"))
    batch = space["Log"]((line,) * 20)
    for _ in range(1_000):
        link.send(batch)
