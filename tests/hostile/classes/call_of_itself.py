# expect: error RecursionError | crash
# full: error RecursionError | crash
# idea: make the call of an object the object itself, so that the interpreter recurses in C alone
# source: CPython Lib/test/crashers
class Ring:
    pass


Ring.__call__ = Ring()


def tick(ctx):
    Ring()()
