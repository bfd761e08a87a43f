# expect: security
# full: security
# idea: raise the limit in the default arguments of the function that cuts text
def tick(ctx):
    cut = ctx.log._output.line.__func__.__globals__["cut"]
    cut.__defaults__ = (10**9,)
    cut.__kwdefaults__ = {"more": 1}
    ctx.log.info("x" * 100_000)
