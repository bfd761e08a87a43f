# expect: timeout | security
# full: timeout | security
# idea: raise the deadline's own error at once, to be counted as a tick that ran too long
def tick(ctx):
    for kind in Exception.__base__.__subclasses__():
        if kind.__name__ == "TickTimeoutError":
            raise kind("it was not me")
