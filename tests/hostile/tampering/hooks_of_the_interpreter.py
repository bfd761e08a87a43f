# expect: done | crash
# full: done | crash
# idea: leave hooks in sys, atexit and gc that would run outside any tick
# ticks: 2
def tick(ctx):
    sys = print.__self__.__import__("sys")
    folder = ctx.config["folder"]

    def hook(*arguments, **_):
        try:
            print("ESCAPED: listed", sys.modules["os"].listdir(folder))
        except Exception as error:
            print("refused:", error)

    for name in ("excepthook", "unraisablehook", "displayhook", "breakpointhook", "__interactivehook__"):
        type(sys).__setattr__(sys, name, hook)
    for name, act in (("atexit", lambda module: module.register(hook)), ("gc", lambda module: module.callbacks.append(hook))):
        act(print.__self__.__import__(name))

    class Failing:
        def __del__(self):
            raise ValueError

    Failing()
    print.__self__.__import__("gc").collect()
