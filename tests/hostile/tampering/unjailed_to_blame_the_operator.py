# expect: security
# full: security
# idea: report a jail that failed, so that the host blames itself and not the worker
def tick(ctx):
    link = ctx.log._output._link
    kinds = {kind.__name__: kind for kind in link.ask.__func__.__globals__["Message"].__subclasses__()}
    link.send(kinds["Unjailed"]("the filter could not be set"))
