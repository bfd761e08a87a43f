# expect: done
# idea: ask for keys that might lead to the state of the worker called treasure: paths, separators, quotes and queries
def tick(ctx):
    for key in (
        "treasure/token",
        "../treasure/token",
        "treasure\0token",
        "treasure:token",
        "' OR worker='treasure' --",
        "token",
        "%",
        "*",
        "",
        "\x00" * 500,
        "w1/../treasure.token",
        "token\" UNION SELECT value FROM state --",
    ):
        try:
            got = ctx.state.get(key)
            print("ESCAPED: got" if got else "nothing under", repr(key)[:40], got or "")
            ctx.state.delete(key)
        except Exception as error:
            print("refused:", error)
    page = ctx.state._ask
    kinds = {kind.__name__: kind for kind in page.__self__._link.ask.__func__.__globals__["Message"].__subclasses__()}
    for after in ("", "\0", "treasure", "\U0010ffff" * 100):
        print(page(kinds["StateKeys"](after)), page(kinds["StatePage"](after)))
