# expect: done
# idea: let copy.copy call the real open, which an object names in its __reduce_ex__ as for pickling
import copy


class Parcel:
    def __init__(self, call, *arguments):
        self.parts = call, arguments

    def __reduce_ex__(self, protocol):
        return self.parts


def tick(ctx):
    reader = print.__self__.open
    try:
        print("ESCAPED: read", copy.copy(Parcel(reader, ctx.config["secret_file"])).read())
    except Exception as error:
        print("refused:", error)
