# expect: done | crash | memory
# idea: lie about lengths, hints, hashes and buffers to whatever asks for them
class Liar:
    def __init__(self, number):
        self.number = number

    def __length_hint__(self):
        return self.number

    __len__ = __hash__ = __index__ = __length_hint__

    def __iter__(self):
        return iter(range(10))

    def __getitem__(self, key):
        return key

    def keys(self):
        return self


def tick(ctx):
    import itertools

    for number in (2**62, -1, 2**200, 0, "text", 2**31):
        for act in (list, tuple, len, set, dict, "".join, sorted, reversed, max, lambda liar: [*liar], lambda liar: hash(liar), lambda liar: itertools.islice(range(9), liar), lambda liar: "x" * liar, lambda liar: range(liar)[-1]):
            try:
                act(Liar(number))
            except Exception as error:
                print(type(error).__name__, end=" ")
