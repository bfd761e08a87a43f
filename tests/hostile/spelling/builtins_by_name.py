# expect: done
# idea: put the real builtins under the name of __builtins__ in the globals, and make functions that are born under them
def tick(ctx):
    global __builtins__
    print(type(__builtins__), len(__builtins__))
    __builtins__ = print.__self__
    make = type(tick)

    def template(path):
        return __refuse__("open")(path)

    space = {"__builtins__": __builtins__, "__refuse__": lambda name: getattr(__builtins__, name)}
    try:
        print("ESCAPED: read", make(template.__code__, space)(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
