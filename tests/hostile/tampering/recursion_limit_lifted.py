# expect: crash | error RecursionError | memory
# full: crash | error RecursionError | memory
# idea: lift the recursion limit and recurse through C code until the stack ends
# memory: 128
def tick(ctx):
    sys = print.__self__.__import__("sys")
    sys.setrecursionlimit(2**31 - 1)

    class Deep:
        def __repr__(self):
            return repr([self])

    print(len(repr(Deep())))
