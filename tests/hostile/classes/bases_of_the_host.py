# expect: done
# idea: change the bases, the class and the methods of the host's own types, and of builtin ones, at run time
class Evil:
    def line(self, *_):
        pass


def tick(ctx):
    log = type(ctx.log)
    for change in (
        lambda: type.__setattr__(int, "__eq__", None),
        lambda: type.__dict__["__bases__"].__set__(log, (Evil,)),
        lambda: type.__dict__["__bases__"].__set__(bool, (str,)),
        lambda: type.__base__.__setattr__(ctx.config, "__class__", dict),
        lambda: type.__base__.__setattr__(ctx.state, "__class__", type(lambda: 0)),
        lambda: type.__base__.__setattr__(ctx.log, "__class__", Evil),
        lambda: type.__dict__["__flags__"].__set__(int, 0),
        lambda: type.__dict__["__dictoffset__"].__set__(int, 8),
        lambda: type.__delattr__(str, "encode"),
    ):
        try:
            print("took", change())
        except Exception as error:
            print("refused:", error)
    print("log is now", type(ctx.log).__mro__)
