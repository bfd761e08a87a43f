# expect: done
# idea: walk from a method of ctx to the globals of the module behind it and ask its loader for a file
def tick(ctx):
    space = ctx.state.get.__func__.__globals__
    loader = space["__loader__"]
    for path in (ctx.config["secret_file"], space["__file__"]):
        try:
            print("ESCAPED: read", loader.get_data(path))
        except Exception as error:
            print("refused:", error)
