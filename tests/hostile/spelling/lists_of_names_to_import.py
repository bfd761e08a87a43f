# expect: done
# idea: hand the import function lists, endless iterators and names of no text as what to import
class Endless:
    def __iter__(self):
        return self

    def __next__(self):
        return "dumps"

    def __bool__(self):
        return False


class Name(str):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = str.__hash__


def tick(ctx):
    door = __builtins__["__import__"]
    for name, names, level in (
        ("os", ["listdir"], 0),
        ("posix", [], 0),
        ("os", ("listdir",), 0),
        ("json", Endless(), 0),
        ("json", (Name("x"),), 0),
        ("json", ("codecs", "__builtins__", "__loader__"), 0),
        (Name("os"), (), 0),
        (5, (), 0),
        (b"os", (), 0),
        ("", (), 0),
        (".", (), 0),
        ("json\0os", (), 0),
        ("json", (), -1),
        ("json", (), ctx),
        ("__future__", ("annotations",), 0),
    ):
        try:
            module = door(name, {"__package__": "os"}, None, names, level)
            print(name, "came:", module)
            if hasattr(module, "listdir"):
                print("ESCAPED: listed", module.listdir(ctx.config["folder"]))
        except Exception as error:
            print("refused:", type(error).__name__, error)
