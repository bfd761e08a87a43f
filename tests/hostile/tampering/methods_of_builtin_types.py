# expect: done | crash | security | error TypeError | error AttributeError | error UnicodeDecodeError | error SystemError | error Exception
# idea: replace int.to_bytes and str.encode through the mapping proxy of their types, which the host's half in the worker relies on
# source: pyjail-tricks
# ticks: 2
class Thief:
    def __init__(self, changes):
        self.changes = changes

    def __eq__(self, other):
        print(type(other))
        if type(other) is dict:
            other.update(self.changes)
        return True


def tick(ctx):
    int.__dict__ == Thief({"to_bytes": lambda number, *_: b"\0\0\0\1", "__index__": lambda number: 1})
    str.__dict__ == Thief({"encode": lambda text, *_: b"\xff\xfe", "__str__": lambda text: "x" * 10_000})
    ctx.log.info("told with the new methods")
    ctx.state.set("key", "value")
