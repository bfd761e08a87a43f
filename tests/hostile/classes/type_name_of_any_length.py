# expect: error Long
# idea: raise an exception whose class name is a str of another class, which says it is short and is not
class Short(str):
    def __len__(self):
        return 3


class Meta(type):
    __name__ = Short("x" * 5000)


class Long(Exception, metaclass=Meta):
    pass


def tick(ctx):
    raise Long("how long is my name")
