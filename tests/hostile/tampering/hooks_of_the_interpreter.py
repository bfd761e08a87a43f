# expect: done | crash
# idea: leave hooks in sys, atexit, gc and threading that would run outside any tick, and end the process
# full: done | crash
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
    sys.addaudithook(hook) if hasattr(sys, "nothing") else None
    for name, act in (("atexit", lambda module: module.register(hook)), ("gc", lambda module: module.callbacks.append(hook))):
        module = sys.modules.get(name) or print.__self__.__import__(name)
        print(name, act(module))
    sys.modules["gc"].collect() if "gc" in sys.modules else None
    ring = []
    ring.append(ring)
