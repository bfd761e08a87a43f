# expect: done | crash | error TypeError
# idea: replace the code of a function while it runs and while generators of it are suspended
def work(depth):
    if depth == 0:
        work.__code__ = (lambda depth: ("replaced", depth)).__code__
    yielded = work(depth - 1) if depth > 0 else None
    return depth, yielded, work(5) if depth == 0 else None


def many():
    many.__code__ = (lambda: [1, 2, 3]).__code__
    yield 1
    yield many()


def tick(ctx):
    print(work(20)[0], work(1))
    print([*many()], many())
    tick.__code__ = (lambda ctx: print("replaced, too")).__code__
    tick(ctx)
