# expect: error ValueError
# idea: raise an exception with a hundred thousand causes behind it, in a circle
def tick(ctx):
    last = first = ValueError("first")
    for number in range(100_000):
        error = KeyError(number)
        error.__cause__, last = last, error
        error.__context__ = first
    first.__cause__ = last
    first.__notes__ = ["n"] * 100_000
    raise first
