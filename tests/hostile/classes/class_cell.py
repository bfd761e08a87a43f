# expect: done
# idea: rebind the __class__ cell under super, and drop it from the class body, to confuse attribute lookups
class Outer:
    def steal(self):
        nonlocal __class__
        __class__ = type(self.victim)
        return super().__init__

    victim = None


def tick(ctx):
    for victim in (ctx.log, ctx.state, print, 5):
        thing = Outer()
        thing.victim = victim
        try:
            print(thing.steal())
        except Exception as error:
            print("refused:", error)

    class Meta(type):
        def __new__(cls, name, bases, space):
            space.pop("__classcell__", None)
            return type.__new__(cls, name, bases, space)

    try:
        class Lost(metaclass=Meta):
            def call(self):
                return super().__repr__()
        print(Lost().call())
    except Exception as error:
        print("refused:", type(error).__name__, error)
