# expect: security
# full: security
# idea: replace the function that reports failures, to send one with a text of a million letters
def tick(ctx):
    worker = ctx.state._ask.__self__
    space = worker._fail.__func__.__globals__
    kind = space["m"].FailureReport
    space["report"] = lambda *_: kind("error", "Long", "x" * 1_000_000, "y" * 1_000_000)
    raise ValueError
