# expect: done
# idea: have the interpreter call a foreign function for us while it names the attributes of a class
class Hook:
    def __init__(self, call):
        self.call = call

    def __set_name__(self, owner, name):
        print(name, self.call(owner.path))


def tick(ctx):
    os = print.__self__.__import__("os")
    for call in (os.listdir, os.lstat, os.statvfs, os.access):
        try:
            class Named:
                path = ctx.config["folder"]
                ESCAPED = Hook(call if call is not os.access else lambda path: os.access(path, 0) or 1 / 0)
            print("ESCAPED: answered", Named)
        except Exception as error:
            print("refused:", error, error.__cause__)
