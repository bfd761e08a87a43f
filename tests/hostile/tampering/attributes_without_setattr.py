# expect: done
# idea: set attributes with functools.update_wrapper, and keep a method of ctx that is ours under the old name
# ticks: 2
import functools


class Source:
    def warn(self, *_):
        return "ours"

    _ask = warn
    __globals__ = {}
    __code__ = (lambda *_: "swapped").__code__
    f_back = None


def tick(ctx):
    for target, names in (
        (type(ctx.log), ("warn",)),
        (ctx.state, ("_ask",)),
        (type(ctx.state).get, ("__code__",)),
        (type(ctx.state).get, ("__globals__",)),
        (print, ("warn",)),
        (type(print), ("warn",)),
    ):
        try:
            functools.update_wrapper(target, Source, assigned=names, updated=())
            print("set", names)
        except Exception as error:
            print("refused:", error)
    print(ctx.log.warn("unheard"), ctx.state.get("k"))
