# expect: done | error TypeError
# idea: change the defaults, keyword defaults, names and annotations of the functions that the host will call
# ticks: 2
class Place(dict):
    def __missing__(self, name):
        return print.__self__.open

    def get(self, *_):
        return print.__self__.open


def tick(ctx, more=None, *, way=1):
    print(more, way)
    tick.__defaults__ = (print.__self__.open,) * 5
    tick.__kwdefaults__ = Place(way=print.__self__.__import__)
    tick.__name__ = tick.__qualname__ = "\ud800" * 100
    load = type(ctx.state).get
    load.__defaults__ = ()
    load.__annotations__ = Place()
    try:
        ctx.state.get("k")
    except Exception as error:
        print("broken for ourselves:", error)
    load.__defaults__ = (None,)
    if more is not None:
        try:
            print("ESCAPED: read", more(ctx.config["secret_file"]).read())
        except Exception as error:
            print("refused:", error)
