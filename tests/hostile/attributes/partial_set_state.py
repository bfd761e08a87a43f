# expect: done
# idea: turn a harmless functools.partial into a call of the real eval through __setstate__
import functools


def tick(ctx):
    call = functools.partial(len, "x")
    space = {"__builtins__": print.__self__, "path": ctx.config["secret_file"]}
    call.__setstate__((print.__self__.eval, ("open(path, 'rb').read()", space), {}, {}))
    try:
        print("ESCAPED: read", call())
    except Exception as error:
        print("refused:", error)
