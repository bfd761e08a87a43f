# expect: timeout
# full: timeout
# idea: sleep past the deadline, and in the handler of its exception sleep again
import time


def tick(ctx):
    try:
        time.sleep(1_000)
    except:
        try:
            time.sleep(1_000)
        finally:
            time.sleep(1_000)
