# expect: error RecursionError | crash
# idea: call without end
def tick(ctx):
    tick(ctx)
