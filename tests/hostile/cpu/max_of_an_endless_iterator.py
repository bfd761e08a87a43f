# expect: timeout
# full: timeout
# idea: take the maximum of an iterator that never ends, so that no bytecode runs
def tick(ctx):
    print(max(iter(int, 1)))
