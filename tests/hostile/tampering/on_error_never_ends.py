# expect: error ValueError | timeout | crash
# full: error ValueError | timeout | crash
# idea: fail at once and use the time of on_error, which swallows its own deadline
Everything = Exception.__base__


def tick(ctx):
    raise ValueError("now on_error has its turn")


def on_error(ctx, error):
    while True:
        try:
            while True:
                pass
        except Everything:
            pass
