# expect: done
# ticks: 2
# idea: let the callback of a weak reference run when the last thing of the tick is freed
def tick(ctx):
    modules = ctx.state._ask.__func__.__globals__["sys"].modules

    class Held:
        pass

    held = Held()

    def gone(reference):
        try:
            with modules["builtins"].open(ctx.config["secret_file"]) as file:
                print("ESCAPED: read", file.read())
        except Exception as error:
            print("refused:", type(error).__name__)

    ctx.reference = modules["weakref"].ref(held, gone)
