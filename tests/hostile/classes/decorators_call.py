# expect: done
# idea: call functions without parentheses by decorating a class with them
# source: HackTricks
reader = print.__self__.open
path = ctx.config["secret_file"]
try:
    @print
    @"ESCAPED: read {}".format
    @list
    @reader
    @lambda _: path
    class Nothing:
        pass
except Exception as error:
    print("refused:", error)
