# expect: error Chain | error Exception
# full: error Chain | error Exception
# idea: give an exception's class a __cause__ and a __context__ that are no exceptions, which a report would follow
class Link:
    __cause__ = None
    __context__ = None
    __suppress_context__ = False
    __traceback__ = 5
    args = "x"

    def __str__(self):
        return self


class Chain(Exception):
    __cause__ = Link()


def tick(ctx):
    raise Chain("follow my cause")
