# expect: error Half
# idea: raise an exception whose class has a name made of surrogates, which no message to the host can carry
class Meta(type):
    __name__ = "\ud800\udfff\ud800"


class Half(Exception, metaclass=Meta):
    pass


def tick(ctx):
    raise Half("\ud800")
