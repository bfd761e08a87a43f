# expect: done | crash
# idea: change bases, classes and method resolution orders while they are being looked at
# source: CPython Lib/test/crashers
def tick(ctx):
    class Meta(type):
        def mro(cls):
            if hasattr(cls, "__mro__") and cls.__mro__:
                cls.__bases__ = (B,)
            return type.mro(cls)

    class A:
        pass

    class B:
        __slots__ = ()

    for act in (
        lambda: Meta("C", (A,), {}),
        lambda: type.__dict__["__bases__"].__set__(A, (A,)),
        lambda: type.__dict__["__mro__"].__set__(A, ()),
        lambda: Meta("D", (A,), {"mro": lambda cls: [cls, int, str]}),
        lambda: A.__class__.__call__(type, "E", (int, str), {}),
        lambda: type("F", (A,), {"__slots__": ("a",) * 100_000}),
        lambda: A().__class__.__setattr__(A(), "__class__", int),
        lambda: type("G", (type,), {"mro": lambda cls: (object_of(), 1)})("H", (), {}),
    ):
        try:
            print("made", act())
        except Exception as error:
            print(type(error).__name__, str(error)[:80])


def object_of():
    return ().__class__.__base__
