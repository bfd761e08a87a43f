# expect: done | error TypeError
# idea: give match a __match_args__ that changes between two looks, mappings with their own get, and sequences of a false length
class Meta(type):
    looks = 1

    def __getattribute__(cls, name):
        if name == "__match_args__":
            Meta.looks += 1
            return ("__globals__", "__code__")[: Meta.looks]
        return type.__getattribute__(cls, name)

    def __instancecheck__(cls, thing):
        return True


class Any(metaclass=Meta):
    pass


class Map(dict):
    def get(self, key, sentinel=None):
        taken.append(sentinel)
        return sentinel


class Row(list):
    def __len__(self):
        return 2**62

    def __getitem__(self, place):
        return place


taken = []


def tick(ctx):
    match Map(a=1):
        case {"a": found, **rest}:
            print("found", found, rest)
        case _:
            print("no match, and the sentinel is", taken)
    match Row():
        case [first, *_, last]:
            print("ends", first, last)
        case _:
            print("no row")
    match type(ctx).__init__:
        case Any(space, code):
            print("names", sorted(space)[:2], code)
