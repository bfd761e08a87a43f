# expect: done
# idea: end a source, a path, a key and a log line with a NUL for those who read it as C does, and go on behind it
def tick(ctx):
    builtins = print.__self__
    secret = ctx.config["secret_file"]
    for act in (
        lambda: builtins.exec("pass\0\nprint('ESCAPED: behind the NUL')"),
        lambda: builtins.exec(b"pass\0\nprint('ESCAPED: behind the NUL')"),
        lambda: builtins.open(secret + "\0.json"),
        lambda: builtins.__import__("json\0.decoder"),
        lambda: ctx.state.set("key\0other", "value\0more"),
        lambda: ctx.state.get("key"),
        lambda: ctx.state.get("key\0other"),
        lambda: ctx.files.read(secret + "\0.txt"),
        lambda: ctx.log.info("line\0ESCAPED"),
    ):
        try:
            print("answered", act())
        except Exception as error:
            print("refused:", type(error).__name__, error)
