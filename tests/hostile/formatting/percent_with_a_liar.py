# expect: done
# idea: format with % and a mapping, a tuple and a bytes protocol that change while they are read
class Mapping(dict):
    count = 0

    def __getitem__(self, key):
        Mapping.count += 1
        self.clear()
        return self if key == "self" else 2**70


class Pair(tuple):
    def __getitem__(self, place):
        return "never asked"

    def __len__(self):
        return 10**9


class Raw:
    def __bytes__(self):
        raise KeyError("from within")


def tick(ctx):
    for template, values in (
        ("%(self)s %(x)d %(y)x", Mapping(a=1)),
        ("%s %s %s", Pair((1, 2))),
        ("%*.*f", (2**40, 2**40, 1.0)),
        ("%c", 0x110000),
        (b"%b", Raw()),
        (b"%a", Mapping()),
        ("%", ()),
        ("%(", Mapping()),
    ):
        try:
            print(template % values)
        except Exception as error:
            print(type(error).__name__, error)
