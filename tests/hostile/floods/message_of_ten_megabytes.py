# expect: error ValueError
# idea: fail with a message of ten million characters in a chain of such, with as many notes
def tick(ctx):
    last = None
    for number in range(30):
        error = ValueError("m" * 10_000_000 if number > 27 else "\n" * 100_000)
        error.__cause__, last = last, error
        error.__notes__ = ["n" * 1_000_000]
    raise last
