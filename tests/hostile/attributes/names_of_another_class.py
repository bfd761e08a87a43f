# expect: done
# idea: ask getattr with a str subclass that shows one name to Python code and another to the interpreter
class Two(str):
    def __eq__(self, other):
        return other == "real"

    def __hash__(self):
        return hash("real")

    def startswith(self, *_):
        return False

    def __contains__(self, _):
        return False


def tick(ctx):
    try:
        owner = getattr(print, Two("__self__"))
        print("ESCAPED: read", getattr(owner, Two("open"))(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
