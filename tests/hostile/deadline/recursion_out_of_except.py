# expect: timeout | error RecursionError
# full: timeout | error RecursionError
# idea: catch each exception one call deeper, so that every handler waits on the next
def deeper(depth):
    try:
        while True:
            pass
    except:
        if depth < 100_000:
            deeper(depth + 1)
        while True:
            pass


def tick(ctx):
    deeper(0)
