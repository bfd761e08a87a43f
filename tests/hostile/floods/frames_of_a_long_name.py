# expect: error RecursionError
# idea: fail at the bottom of a recursion through functions with names of ten thousand characters
def tick(ctx):
    def deeper():
        return deeper()

    deeper.__code__ = deeper.__code__.replace(co_name="f" * 10_000)
    deeper()
