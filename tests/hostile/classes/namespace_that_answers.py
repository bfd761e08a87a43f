# expect: done
# idea: prepare a class body whose namespace answers for every name, the compiled refusals and the import function too
class Space(dict):
    def __missing__(self, name):
        if name == "__refuse__":
            return lambda wanted: getattr(print.__self__, wanted)
        return print.__self__.__dict__[name]


class Meta(type):
    pass


Meta.__prepare__ = lambda *_: Space()


def tick(ctx):
    path = ctx.config["secret_file"]
    try:
        class Body(metaclass=Meta):
            reader = open
            importer = __import__
            print(reader, importer)
            print("ESCAPED: read", reader(path).read())
    except Exception as error:
        print("refused:", error)
