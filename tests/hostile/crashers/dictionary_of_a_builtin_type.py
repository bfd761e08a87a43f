# expect: done | crash | error TypeError
# idea: take the real dictionary out of a mapping proxy by a comparison, and change int with it
# source: Lydxn/pyjail-tricks
class Thief:
    def __eq__(self, other):
        self.stolen = other
        return True

    __or__ = __ror__ = lambda self, other: setattr_(self, other)


def setattr_(thief, value):
    thief.stolen = value
    return value


def tick(ctx):
    thief = Thief()
    ctx.config == thief
    print(type(getattr(thief, "stolen", None)))
    thief.stolen = None
    int.__dict__ == thief
    table = thief.stolen
    print(type(table))
    if type(table) is dict:
        table["__add__"] = table["real"] = lambda a, b: 7
        del table["bit_length"]
    print((5).__class__, hasattr(5, "bit_length"), "refused" if type(table) is not dict else "changed")
