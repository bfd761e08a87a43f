# expect: error Exception
# idea: end the tick in an exception whose pickling, text, notes and class would do harm in the host
class Sprung(Exception):
    def __reduce__(self):
        return len.__self__.eval, ("__import__('os')._exit(1)",)

    def __init__(self, *given):
        super().__init__({"py/object": "os.system"}, b"cposix\nsystem\n(Vid\ntR.", self)
        self.__notes__ = [self, b"note", 7]

    def __getattribute__(self, name):
        if name in ("kind", "traceback", "__class__"):
            raise ValueError(name)
        return super().__getattribute__(name)


def tick(ctx):
    raise Sprung
