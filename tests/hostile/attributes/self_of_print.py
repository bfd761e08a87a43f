# expect: done
# idea: take the module of all builtins from the __self__ of one that is given, and open a file with it
# source: HackTricks
def tick(ctx):
    builtins = print.__self__
    try:
        print("ESCAPED: read", builtins.open(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
