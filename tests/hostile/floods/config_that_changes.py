# expect: done
# ticks: 3
# idea: change the configuration, its nested parts and what the worker is told of its tick
def tick(ctx):
    seen = ctx.state.get("seen", 0)
    for act in (
        lambda: ctx.config.__setitem__("host", 1),
        lambda: ctx.config.update(host=1),
        lambda: ctx.config.__class__.__or__(ctx.config, {"x": 1}).update(y=2),
        lambda: ctx.state.set("config", dict(ctx.config)),
    ):
        try:
            act()
        except Exception as error:
            print("refused:", type(error).__name__)
    ctx.config = {"name": "treasure", "worker": "treasure"}
    ctx.tick.n, ctx.name, ctx.connected = 10**6, "treasure", ["files", "http"]
    ctx.state.set("seen", seen + 1)
    assert ctx.state.get("token") is None
    print(seen, ctx.state.get("seen"))
