# expect: done
# idea: ask the import function for a name that is json when it is cut apart and os when it is looked up
class Name(str):
    def partition(self, _):
        return "json", "", ""

    def split(self, *_):
        return ["json"]

    def startswith(self, *_):
        return False


def tick(ctx):
    try:
        os = __builtins__["__import__"](Name("os"), None, None, ("listdir",))
        print("came:", os.__name__)
        print("ESCAPED: listed", os.listdir(ctx.config["folder"]))
    except Exception as error:
        print("refused:", error)
