# expect: done
# idea: print values whose text calls for itself, straight and through containers
class Mirror:
    def __repr__(self):
        return repr([self])

    __format__ = lambda self, spec: f"{self}"


def tick(ctx):
    for act in (
        lambda: print(Mirror()),
        lambda: ctx.log.info(Mirror()),
        lambda: f"{Mirror()}",
        lambda: ctx.state.set("mirror", Mirror()),
        lambda: ctx.state.get("mirror", Mirror()).__repr__(),
    ):
        try:
            act()
        except Exception as error:
            print(type(error).__name__)
