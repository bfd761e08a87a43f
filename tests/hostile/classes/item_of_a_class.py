# expect: done
# idea: open a file with square brackets alone, through __class_getitem__
# source: HackTricks
class Shelf:
    __class_getitem__ = print.__self__.open


def tick(ctx):
    try:
        print("ESCAPED: read", [*Shelf[ctx.config["secret_file"]]])
    except Exception as error:
        print("refused:", error)
