# expect: timeout
# full: timeout
# idea: set the shield under which a deadline is held back, and never take it off
def tick(ctx):
    link = ctx.log._output._link
    link._deadline.shielded = True
    while True:
        pass
