# expect: done | error MemoryError | memory
# idea: ask for attributes, imports, codecs and state keys whose names have millions of letters
def tick(ctx):
    name = "x" * 5_000_000
    for act in (
        lambda: getattr(print, name),
        lambda: getattr(ctx, name),
        lambda: __builtins__["__import__"]("json." + name),
        lambda: __builtins__["__import__"](name + ".json"),
        lambda: "".encode(name),
        lambda: ctx.state.get(name),
        lambda: ctx.config[name],
        lambda: type(name, (), {})().nothing,
    ):
        try:
            print("got", act())
        except Exception as error:
            print(type(error).__name__, len(str(error)))
