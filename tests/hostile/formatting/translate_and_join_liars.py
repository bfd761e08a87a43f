# expect: done
# idea: feed str.translate, str.join, str.maketrans and bytes.join with containers that lie about what they hold
class Table:
    def __getitem__(self, code):
        return answers[code % len(answers)]


class Parts(list):
    def __iter__(self):
        self.clear()
        yield "a"
        yield 5

    def __len__(self):
        return 2**62


answers = [0x110000, -1, "x" * 100, None, 2**80, b"x", "\ud800", 65]


def tick(ctx):
    for number in range(len(answers)):
        try:
            print(len(chr(number).translate(Table())))
        except Exception as error:
            print(type(error).__name__, error)
    for joined in (lambda: "-".join(Parts("ab")), lambda: b"-".join(Parts([b"a"])), lambda: str.maketrans(Parts("ab"))):
        try:
            print(joined())
        except Exception as error:
            print(type(error).__name__, error)
