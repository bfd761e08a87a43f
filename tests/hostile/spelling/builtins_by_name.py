# expect: done
# idea: edit and replace the dictionary that stands under the name of __builtins__, and compile functions under the new one
def tick(ctx):
    global __builtins__
    print(type(__builtins__), len(__builtins__))
    __builtins__ = print.__self__
    make = type(tick)
    new = make(tick.__code__.co_consts and (lambda path: __refuse__("open")).__code__, {"__builtins__": __builtins__, "__refuse__": lambda name: getattr(__builtins__, name)})
    try:
        print("ESCAPED: read", new(None)(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
