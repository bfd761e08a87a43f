# expect: security
# full: security
# idea: say again that the jail stands, and that it does not, to be taken for a worker that starts
def tick(ctx):
    link = ctx.log._output._link
    kinds = {kind.__name__: kind for kind in link.ask.__func__.__globals__["Message"].__subclasses__()}
    link.send(kinds["Jailed"]({"open": "allowed"}))
    link.send(kinds["Unjailed"]("the operator's machine is broken"))
