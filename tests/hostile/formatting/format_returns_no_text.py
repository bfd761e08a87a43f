# expect: error TypeError
# full: error TypeError
# idea: return something that is no text from __format__ and __str__, to confuse what joins the pieces
class Odd:
    def __format__(self, spec):
        return b"bytes"

    def __str__(self):
        return 5


def tick(ctx):
    for act in (str, lambda odd: f"{odd}", lambda odd: "%s" % odd, ctx.log.info):
        try:
            print(act(Odd()))
        except Exception as error:
            print(type(error).__name__, error)
    ctx.log.error(Odd())
