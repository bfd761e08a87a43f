# expect: error RecursionError | crash
# full: error RecursionError | crash
# idea: let the attribute lookup of a class be getattr itself
class Mirror:
    __getattribute__ = type("Call", (), {"__call__": lambda self, *a: getattr(*a), "__get__": lambda self, thing, kind: lambda name: getattr(thing, name)})()


def tick(ctx):
    print(Mirror().anything)
