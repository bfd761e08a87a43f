# expect: done
# idea: reach the state of another worker by keys that mean something to a store, a file system or a query
def tick(ctx):
    keys = [
        "token", "treasure", "treasure/token", "treasure:token", "treasure\0token", "../treasure/token", "/treasure/token",
        "%", "_____", "*", "' or '1'='1", "token' --", '" or ""="', "\u0130token", "TOKEN", "token ", "token\0", "", "\xff" * 8,
    ]
    for key in keys:
        try:
            found = ctx.state.get(key)
            if found is not None:
                print("ESCAPED: state of another", key, found)
            ctx.state.set(key, "mine")
            ctx.state.delete(key)
        except Exception as error:
            print("refused:", type(error).__name__)
    print(ctx.state.keys(), ctx.state.get_all())
