# expect: timeout
# full: timeout
# idea: drop the deadline's exception by a continue in a finally clause
def tick(ctx):
    number = 0
    while True:
        try:
            while True:
                number += 1
        finally:
            continue
