# expect: done
# idea: define the hidden name that blocked builtins are compiled to, so that open means what we say
def __refuse__(name):
    return print.__self__.__dict__[name]


def tick(ctx):
    path = ctx.config["secret_file"]
    try:
        print("ESCAPED: read", open(path).read())
    except Exception as error:
        print("refused:", error)
    try:
        print("ESCAPED: evaluated", eval("open(path).read()", {"path": path, "open": open}))
    except Exception as error:
        print("refused:", error)
