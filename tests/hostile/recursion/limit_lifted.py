# expect: crash | error RecursionError | memory
# full: crash | error RecursionError | memory
# idea: lift the interpreter's recursion limit through the globals of a ctx method, and recurse in C
def tick(ctx):
    sys = ctx.state._ask.__func__.__globals__["sys"]
    sys.setrecursionlimit(2_000_000_000)

    class Deep:
        def __getattr__(self, name):
            return getattr(self, name + "x"[:0])

    print(Deep().a)
