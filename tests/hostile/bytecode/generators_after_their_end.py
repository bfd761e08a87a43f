# expect: done | error RuntimeError | crash
# idea: clear, throw into, close and re-enter generators at every moment of their life, from within themselves too
def tick(ctx):
    def steps():
        try:
            yield 1
            yield from again
        finally:
            yield 3

    again = steps()
    frame = again.gi_frame
    for act in (
        lambda: next(again),
        lambda: next(again),
        lambda: frame.clear(),
        lambda: again.close(),
        lambda: again.throw(ValueError("late")),
        lambda: again.throw(ValueError, 5, "no traceback"),
        lambda: again.send(7),
        lambda: frame.f_back.f_back,
        lambda: setattr_(again, "gi_frame", frame),
        lambda: setattr_(frame, "f_lineno", 1),
    ):
        try:
            print("got", act())
        except Exception as error:
            print(type(error).__name__, error)

    async def never():
        pass

    lost = never()
    print(lost.cr_frame.f_code.co_name)
    for value in (None, None):
        try:
            lost.send(value)
        except Exception as error:
            print(type(error).__name__)


def setattr_(thing, name, value):
    type(thing).__dict__[name].__set__(thing, value)
