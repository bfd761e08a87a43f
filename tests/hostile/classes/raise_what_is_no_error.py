# expect: error SystemExit | crash
# full: error SystemExit | crash
# idea: raise instances of everything that is no exception, constructors that return something else, and at last SystemExit
class Other(Exception):
    def __new__(cls):
        return 5


class Cause(Exception):
    __cause__ = 7
    __context__ = "x"
    __suppress_context__ = False


def tick(ctx):
    for thing in (5, "text", int, Other, None, Exception.__base__.__base__):
        try:
            raise thing
        except Exception as error:
            print(type(error).__name__, error)
    try:
        raise Cause from Cause()
    except Exception as error:
        print("caught", error.__cause__)
    raise print.__self__.SystemExit(Cause())
