# expect: done | error TypeError | crash
# idea: turn the worker's module into one of a class of ours, with attributes that are computed, while the host holds it
# ticks: 2
calls = []


def __getattr__(name):
    calls.append(name)
    return tick


class Odd(type(__builtins__["__import__"]("json"))):
    def __getattribute__(self, name):
        calls.append(name)
        return {}


def tick(ctx):
    sys = print.__self__.__import__("sys")
    me = sys.modules["worker"]
    print(me.setup, calls)
    me.__class__ = Odd
    sys.modules["worker"] = None
