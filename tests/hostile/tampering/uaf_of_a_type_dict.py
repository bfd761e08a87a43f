# expect: done | crash | error TypeError | error SystemError
# idea: empty the dictionary of a builtin type behind its proxy and create objects of it until memory is reused
# source: pyjail-tricks
class Thief:
    def __eq__(self, other):
        if type(other) is dict:
            other.clear()
        return True


def tick(ctx):
    for kind in (type(iter([])), type({}.keys()), type(range(0)), frozenset):
        kind.__dict__ == Thief()
        made = [kind] * 3
        try:
            print(kind, hasattr(kind, "__iter__"), [*iter([1, 2])], frozenset([1]) | {2}, len(made))
        except Exception as error:
            print(type(error).__name__, error)
