# expect: error ImportError
# full: error ImportError
# idea: delete the import function, print and the names that syntax itself needs, then use the syntax
def tick(ctx):
    for name in ("__build_class__", "print", "__name__", "__import__"):
        del __builtins__[name]
    try:
        class Made:
            pass
    except Exception as error:
        ctx.log.info(error)
    del globals_of["__name__"]
    try:
        ctx.log.info(lambda: 0)
        print("gone")
    except Exception as error:
        ctx.log.info(error)
    import json


globals_of = tick.__globals__
