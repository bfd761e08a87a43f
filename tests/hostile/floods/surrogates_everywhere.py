# expect: done
# idea: put half characters into keys, values, paths, attributes and arguments
def tick(ctx):
    half = "\udcff\ud800"
    for act in (
        lambda: ctx.state.set(half, 1),
        lambda: ctx.state.set("a", half),
        lambda: ctx.state.set("a", {half: [half]}),
        lambda: ctx.state.get(half),
        lambda: ctx.state.delete(half),
        lambda: ctx.files.read(half),
        lambda: ctx.files.write("a", half),
        lambda: ctx.http.get(half),
        lambda: getattr(ctx, half),
        lambda: getattr(ctx.state, half),
        lambda: ctx.config[half],
    ):
        try:
            print("gave", act())
        except Exception as error:
            print(type(error).__name__, error)
