# expect: security
# full: security
# idea: give the log a clock that tells text instead of a number
def tick(ctx):
    ctx.log._output.line.__func__.__globals__["time"].time = lambda: "half past nine"
    ctx.log.info("now")
