# expect: security | done | error AssertionError
# full: security | done | error AssertionError
# idea: tell the host that the tick is over and go on asking and logging in the time of the next one
# ticks: 2
def tick(ctx):
    link = ctx.log._output._link
    messages = link.ask.__func__.__globals__
    kinds = {kind.__name__: kind for kind in messages["Message"].__subclasses__()}
    link.send(kinds["Finished"]())
    print("still talking")
    print(ctx.state.get("k"))
