# expect: done
# idea: carry builtins out of nested comprehensions and lambda defaults with assignment expressions
def tick(ctx):
    [[(door := cell) for cell in [outer.__import__]] for outer in [print.__self__]]
    call = lambda path, act=(os := door("os")).open, *, way=(flags := 0): act(path, way)
    for path in (ctx.config["secret_file"], ctx.config["unix"], "/dev/null", "."):
        try:
            print("ESCAPED: opened", [handle := call(path), os, flags])
        except Exception as error:
            print("refused:", error)
