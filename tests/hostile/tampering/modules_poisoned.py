# expect: done
# idea: put modules of ours into sys.modules under the names of allowed ones, and import them in the next tick
# ticks: 2
def tick(ctx):
    sys = print.__self__.__import__("sys")
    fake = type(sys)("numbers_of_ours")
    fake.choice = fake.sqrt = print.__self__.open
    for name in ("math", "random", "json", "cellblock.inside.report", "numpy", "os"):
        sys.modules[name] = fake
    import math
    import random

    for act in (math.sqrt, random.choice):
        try:
            print("ESCAPED: read", act(ctx.config["secret_file"]).read())
        except Exception as error:
            print("refused:", type(error).__name__, error)
    print(ctx.state.get("k"))
