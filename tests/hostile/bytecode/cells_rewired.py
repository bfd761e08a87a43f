# expect: done
# idea: build a function from code with free variables and cells of ours, the host's cells among them
def tick(ctx):
    def outer(reader):
        def inner(path):
            return reader(path)

        return inner

    template = outer(len)
    make, cell = type(template), type(template.__closure__[0])
    for closure in ((), (cell(), cell()), (5,), (cell(),), (cell(print.__self__.open),), __builtins__["__import__"].__closure__[:1]):
        try:
            function = make(template.__code__, {}, "f", None, closure)
            got = function(ctx.config["secret_file"])
            print("ESCAPED: got" if hasattr(got, "read") else "got", got)
        except Exception as error:
            print("refused:", type(error).__name__, error)
    try:
        template.__code__ = (lambda path: path).__code__
    except Exception as error:
        print("refused:", error)
