# expect: done
# idea: write names with two underscores inside a class, so that what runs is a mangled name which the source does not show
_Shelf__open = print.__self__.open
_Shelf__door = print.__self__.__import__


class Shelf:
    def take(self, path):
        return __open(path).read()

    def list(self, path):
        import __door as unused
        return unused


def tick(ctx):
    for act in (Shelf().take, Shelf().list):
        try:
            print("ESCAPED: got", act(ctx.config["secret_file"]))
        except Exception as error:
            print("refused:", error)
