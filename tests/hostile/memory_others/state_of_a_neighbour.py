# expect: done
# idea: read and overwrite the state of another worker by names that might lead there
# full: done
def tick(ctx):
    for key in ("treasure", "treasure/token", "../treasure/token", "/treasure/token", "treasure\x00token", "token", "treasure:token", "%", "*"):
        try:
            print("got", ctx.state.get(key))
            ctx.state.set(key, "mine")
            ctx.state.delete(key)
        except (ValueError, RuntimeError) as error:
            print("refused:", key.encode(), error)
    print(ctx.state.keys(), ctx.state.get_all())
