# expect: done | error TypeError
# idea: smuggle code into the text that namedtuple evaluates, with field names that lie about being identifiers
import collections


class Word(str):
    def isidentifier(self):
        return True

    def __str__(self):
        return self

    def startswith(self, *_):
        return False


def tick(ctx):
    path = ctx.config["secret_file"]
    field = Word(f"x=print('ESCAPED: read', print.__self__.open({path!r}).read())")
    kind = collections.namedtuple("Pair", [field])
    print("made", kind)
