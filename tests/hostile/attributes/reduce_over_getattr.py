# expect: done
# idea: fold getattr over a list of names with functools.reduce, so that no dotted walk stands in the source
import functools


def tick(ctx):
    steps = ["__self__", "open"]
    try:
        reader = functools.reduce(getattr, steps, len)
        print("ESCAPED: read", reader(ctx.config["secret_file"], "rb").read())
    except Exception as error:
        print("refused:", error)
