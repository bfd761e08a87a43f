# expect: done
# idea: run code while the bases of a class are found, through __mro_entries__, and smuggle foreign types into them
class Hook:
    def __init__(self, *bases):
        self.bases = bases

    def __mro_entries__(self, bases):
        return self.bases


def tick(ctx):
    kinds = [type(ctx), type(ctx.state._ask), type(print), type(None), type(lambda: 0), type(ctx.config), bool, 5, type]
    for kind in kinds:
        try:
            class Made(Hook(kind)):
                pass
            print("made", Made.__mro__[1], Made.__init__)
        except Exception as error:
            print("refused:", error)
    try:
        class Broken(Hook(Hook(int))):
            pass
        print("made", Broken)
    except Exception as error:
        print("refused:", error)
