# expect: done | error AttributeError | crash
# idea: replace the dictionary, the class and the tick view of ctx by ones of ours that answer differently each time
# ticks: 3
class Space(dict):
    def __getitem__(self, name):
        return print.__self__.open

    def __setitem__(self, name, value):
        seen.append(name)

    def __missing__(self, name):
        return None


class Own:
    def __getattr__(self, name):
        return lambda *_: name


seen = []


def tick(ctx):
    print(seen, type(ctx).__name__, ctx.tick)
    if type(ctx) is not Own:
        ctx.__dict__ = Space(tick=1)
        try:
            ctx.__class__ = Own
        except Exception as error:
            print("refused:", error)
    try:
        print("ESCAPED: read", ctx.state(ctx.config("secret_file")).read())
    except Exception as error:
        print("refused:", type(error).__name__, error)
