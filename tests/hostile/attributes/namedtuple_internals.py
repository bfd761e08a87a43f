# expect: done
# idea: follow the _make of a named tuple to the globals of collections, to sys and to os, and signal another process
import collections


def tick(ctx):
    space = collections.namedtuple("Pair", "left right")._make.__func__.__globals__
    sys = space["_sys"]
    os = sys.modules["os"]
    for name in ("victim", "host", "zygote", "sibling"):
        try:
            os.kill(ctx.config[name], 15)
            print("ESCAPED: signalled", name)
        except Exception as error:
            print("refused:", name, error)
