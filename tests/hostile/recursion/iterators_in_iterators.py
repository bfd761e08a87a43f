# expect: crash | done | error RecursionError
# idea: wrap an iterator in a hundred thousand maps and take one item
# source: CPython Lib/test/crashers
def tick(ctx):
    chain = iter([1])
    for _ in range(100_000):
        chain = map(abs, chain)
    print(next(chain))
