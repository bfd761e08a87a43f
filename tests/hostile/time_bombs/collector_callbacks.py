# expect: done
# ticks: 2
# idea: have the garbage collector call us between two ticks, outside every deadline
def tick(ctx):
    try:
        gc = ctx.state._ask.__func__.__globals__["sys"].modules["gc"]
    except Exception as error:
        print("no gc:", type(error).__name__)
        return

    def hook(phase, facts):
        try:
            os = ctx.state._ask.__func__.__globals__["sys"].modules["os"]
            print("ESCAPED: listed", os.listdir(ctx.config["folder"]))
        except Exception as error:
            ctx.refusal = type(error).__name__

    print(getattr(ctx, "refusal", None) if ctx.tick.n > 1 else "planted")
    gc.callbacks.append(hook)
    gc.set_threshold(1, 1, 1)
