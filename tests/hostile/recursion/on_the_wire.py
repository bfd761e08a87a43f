# expect: done | error RecursionError
# idea: make ctx calls at every depth up to the limit, so that the recursion ends within the wire's own code
def dive(ctx, depth):
    try:
        ctx.log.warn("at " + str(depth % 10))
        ctx.state.set("depth", depth)
        ctx.state.get("depth")
    except Exception:
        pass
    dive(ctx, depth + 1)


def tick(ctx):
    try:
        dive(ctx, 0)
    except Exception as error:
        print(type(error).__name__)
    assert ctx.state.get("depth") > 100
    ctx.state.set("depth", -1)
    assert ctx.state.get("depth") == -1
