# expect: done
# idea: smuggle modules and functions into the constants of a code object, so that it names nothing
def tick(ctx):
    def template():
        return ["first constant", "second constant"]

    real = print.__self__
    code = template.__code__
    swapped = tuple(
        (real.open, ctx.config["secret_file"]) if constant == ("first constant", "second constant")
        else {"first constant": real.open, "second constant": ctx.config["secret_file"]}.get(constant, constant)
        for constant in code.co_consts
    )
    template.__code__ = code.replace(co_consts=swapped)
    reader, path = template()
    try:
        print("ESCAPED: read", reader(path).read())
    except Exception as error:
        print("refused:", error)
