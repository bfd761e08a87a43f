# expect: error Nameless
# idea: raise an exception whose class has a name that is no text, through a metaclass
class Meta(type):
    __name__ = 5


class Nameless(Exception, metaclass=Meta):
    pass


def tick(ctx):
    raise Nameless("what am I called")
