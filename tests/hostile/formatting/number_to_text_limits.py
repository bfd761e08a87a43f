# expect: done
# idea: turn numbers of many thousand digits into text and back, past the interpreter's own guard, and have the host keep them
# timeout: 20
def tick(ctx):
    sys = print.__self__.__import__("sys")
    number = 10**20_000
    for limit in (4300, 0):
        sys.set_int_max_str_digits(limit)
        for act in (str, lambda n: f"{n:,}", lambda n: "%d" % n, lambda n: int("9" * 20_000), lambda n: ctx.state.set("n", n)):
            try:
                act(number)
                print("took it")
            except Exception as error:
                print(type(error).__name__, error)
    ctx.state.set("n", 10**300)
    print(len(str(ctx.state.get("n"))), ctx.state.keys())
