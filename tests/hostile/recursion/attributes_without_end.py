# expect: done
# idea: answer each attribute, item, call and operator by asking for the same again
class Endless:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __getitem__(self, key):
        return self[[key]]

    def __call__(self, *given):
        return self(self)

    def __eq__(self, other):
        return self == other

    def __hash__(self):
        return hash((self,))

    def __bool__(self):
        return bool(self)

    def __len__(self):
        return len(self)


def tick(ctx):
    thing = Endless()
    for act in (lambda: thing.a, lambda: thing[0], lambda: thing(), lambda: thing == 1, lambda: {thing}, lambda: not thing, lambda: len(thing), lambda: thing in [1]):
        try:
            print("gave", act())
        except Exception as error:
            print(type(error).__name__)
