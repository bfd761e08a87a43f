# expect: timeout
# full: timeout
# idea: loop in setup, and tick before that is over by calling it ourselves
def setup(ctx):
    while True:
        try:
            tick(ctx)
        except:
            pass


def tick(ctx):
    while True:
        pass
