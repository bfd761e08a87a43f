# expect: done | timeout
# full: done | timeout
# idea: swallow the deadline's exception once and return as if nothing had been
def tick(ctx):
    try:
        while True:
            pass
    except:
        ctx.state.set("late", True)
