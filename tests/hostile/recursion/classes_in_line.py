# expect: done | memory | crash | error RecursionError
# full: done | memory | crash | error RecursionError
# idea: derive each class from the one before and ask the last about the first
def tick(ctx):
    first = last = type("C", (), {})
    for _ in range(400):
        last = type("C", (last,), {"__init__": lambda self: super(type(self), self).__init__()})
    print(issubclass(last, first), len(last.__mro__))
    try:
        last()
    except Exception as error:
        print(type(error).__name__)
    del last
