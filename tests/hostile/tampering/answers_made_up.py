# expect: done
# idea: build State and Files anew with an ask of our own that forges what the host answers, and give them to ctx for later ticks
# ticks: 2
def tick(ctx):
    if ctx.tick.n < 2 and not hasattr(ctx, "forged"):
        real = ctx.state._ask
        space = type(ctx).__init__.__globals__

        def ask(call):
            name = type(call).__name__
            return b'{"content": "forged", "path": "/etc/passwd", "eof": true}' if name.startswith("Files") else real(call)

        ctx.files = space["Files"](ask)
        ctx.state = type(ctx.state)(ask)
        ctx.forged = True
    print(ctx.files.read("/etc/passwd")["content"], ctx.state.get("k"))
    ctx.state.set("k", "kept by the host")
    for key in (ctx.state.keys(), ctx.state.get_all()):
        print(key)
