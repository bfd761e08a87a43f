# expect: timeout
# idea: catch the deadline's exception for ever
def tick(ctx):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
