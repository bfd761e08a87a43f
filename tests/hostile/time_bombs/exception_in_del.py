# expect: done
# ticks: 2
# idea: raise in __del__ and replace the hook that is told of it
class Loud:
    def __del__(self):
        raise ValueError("from the grave " + "x" * 100_000)


def tick(ctx):
    sys = ctx.state._ask.__func__.__globals__["sys"]
    Loud()

    def hook(facts):
        try:
            print("ESCAPED: listed", sys.modules["os"].listdir(ctx.config["folder"]))
        except Exception as error:
            print("hooked, refused:", type(error).__name__)

    sys.unraisablehook = sys.excepthook = hook
    Loud()
    ctx.kept = Loud()
