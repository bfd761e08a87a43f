# expect: timeout
# full: timeout
# idea: find the worker's own deadline through a bound method and switch it off
def tick(ctx):
    deadline = ctx.state._ask.__self__._deadline
    deadline.disarm()
    deadline.arm = deadline.strike = lambda *given: None
    while True:
        pass
