# expect: done
# idea: compile source with flags that no worker source can set, as a syntax tree and as an incomplete statement, and run it
def tick(ctx):
    builtins = print.__self__
    space = {"__builtins__": builtins, "path": ctx.config["secret_file"]}
    text = "print('ESCAPED: read', open(path).read())"
    for flags in (0x400, 0x2000, 0x4000, 0x100, 0x40000, 0x1000000):
        for mode in ("exec", "eval", "single", "func_type"):
            try:
                code = builtins.compile(text, ctx.config["secret_file"], mode, flags, True, 2)
                code = builtins.compile(code, "tree", mode) if flags == 0x400 else code
                builtins.eval(code, space)
            except Exception as error:
                print(flags, mode, "refused:", type(error).__name__)
