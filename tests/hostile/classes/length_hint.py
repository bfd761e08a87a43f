# expect: error MemoryError | memory | error OverflowError
# full: error MemoryError | memory | error OverflowError
# idea: tell list, tuple and extend that an iterator is far longer than it is
# memory: 64
class Liar:
    def __init__(self, hint):
        self.hint = hint

    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration

    def __length_hint__(self):
        return self.hint


def tick(ctx):
    for hint in (-1, 2**80, "x", None):
        try:
            print(list(Liar(hint)))
        except Exception as error:
            print(type(error).__name__, error)
    print(len([*Liar(2**27)]), len(list(Liar(2**59))))
