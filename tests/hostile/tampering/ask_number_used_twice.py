# expect: security
# full: security
# idea: use the number of a call that was answered for another one
def tick(ctx):
    link = ctx.log._output._link
    ctx.state.get("a")
    link._serial = -5
    print(ctx.state.get("b"))
