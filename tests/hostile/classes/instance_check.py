# expect: done
# idea: hide a call in isinstance and issubclass, and lie to the checks of the ctx methods about what is a str
class Meta(type):
    def __instancecheck__(cls, thing):
        print("ESCAPED: read", print.__self__.open(thing).read())

    def __subclasscheck__(cls, kind):
        return True


class Any(metaclass=Meta):
    pass


class NoText:
    __class__ = str

    def __str__(self):
        return "key"


def tick(ctx):
    for act in (
        lambda: isinstance(ctx.config["secret_file"], Any),
        lambda: ctx.state.get(NoText()),
        lambda: ctx.state.set("k", NoText()),
        lambda: ctx.log.info(NoText()),
        lambda: getattr(ctx, NoText()),
    ):
        try:
            print(act())
        except Exception as error:
            print("refused:", type(error).__name__, error)
