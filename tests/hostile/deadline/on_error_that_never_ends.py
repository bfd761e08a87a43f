# expect: error ValueError
# full: error ValueError
# idea: fail at once and run on in on_error
def tick(ctx):
    raise ValueError("on to on_error")


def on_error(ctx, error):
    while True:
        try:
            while True:
                pass
        except:
            ctx.log.warn("still in on_error")
