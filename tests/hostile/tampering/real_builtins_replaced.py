# expect: security | crash | error TypeError | timeout
# full: security | crash | error TypeError | timeout
# timeout: 1
# idea: replace len, isinstance and int in the real builtins, so that the host's half in the worker miscounts its frames
def tick(ctx):
    builtins = print.__self__
    builtins.isinstance = lambda *_: True
    real = builtins.len
    builtins.len = lambda thing: real(thing) + 3
    ctx.log.info("counted wrongly")
    ctx.log.info("again")
