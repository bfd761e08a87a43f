# expect: done
# idea: give a class a metaclass whose operators are eval, chdir and kill, and use the class in arithmetic
os = print.__self__.__import__("os")


class Meta(type):
    __sub__ = lambda cls, other: os.kill(other, 9)
    __truediv__ = lambda cls, other: os.chdir(other)
    __matmul__ = lambda cls, other: os.open(other, 0)
    __pos__ = lambda cls: os.setsid()
    __contains__ = lambda cls, other: os.truncate(other, 0)


class Hand(metaclass=Meta):
    pass


def tick(ctx):
    for act in (
        lambda: Hand - ctx.config["victim"],
        lambda: Hand / ctx.config["folder"],
        lambda: Hand @ ctx.config["secret_file"],
        lambda: +Hand,
        lambda: ctx.config["secret_file"] in Hand,
    ):
        try:
            print("ESCAPED:", act())
        except Exception as error:
            print("refused:", error)
