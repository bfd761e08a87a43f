# expect: security
# full: security
# idea: replace the function that cuts log lines, so that one of a million letters goes out
def tick(ctx):
    ctx.log._output.line.__func__.__globals__["cut"] = lambda text, *_: text
    ctx.log.info("x" * 1_000_000)
