# expect: done | timeout
# idea: let the deadline strike inside a __del__, where the interpreter drops every exception
# timeout: 0.4
class Glutton:
    def __del__(self):
        while True:
            pass


def tick(ctx):
    Glutton()
    print("still here, and not stopped")
    try:
        print("ESCAPED: read", print.__self__.open(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
