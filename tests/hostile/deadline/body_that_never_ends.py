# expect: timeout
# full: timeout
# idea: loop while the source is loaded, before there is a tick
while True:
    try:
        while True:
            pass
    except:
        continue


def tick(ctx):
    pass
