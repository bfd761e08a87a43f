# expect: done | error ValueError
# idea: turn numbers of millions of digits into text and back, past the interpreter's own guard
# timeout: 20
def tick(ctx):
    sys = print.__self__.__import__("sys")
    number = 10**20_000
    for act in (str, repr, lambda n: f"{n:,}", lambda n: "%d" % n, lambda n: int("9" * 20_000), lambda n: ctx.state.set("n", n)):
        try:
            act(number)
            print("took it")
        except Exception as error:
            print(type(error).__name__, error)
    sys.set_int_max_str_digits(0)
    ctx.state.set("n", number)
    print(len(str(ctx.state.get("n"))), ctx.state.keys())
