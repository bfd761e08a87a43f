# expect: timeout
# full: timeout
# idea: catch the deadline's exception and raise an ordinary one, to look like an error
def tick(ctx):
    try:
        while True:
            pass
    except:
        raise ValueError("nothing to see") from None
