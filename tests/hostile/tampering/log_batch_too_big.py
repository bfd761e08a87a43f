# expect: security
# full: security
# idea: raise the number of lines in a batch in the worker's copy of the limits, and send a thousand lines in one message
def tick(ctx):
    output = ctx.log._output
    space = output.flush.__func__.__globals__
    space["LOG_BATCH_MESSAGES"] = 10_000
    space["LOG_BATCH_DELAY_S"] = 1e9
    output._eager = -1
    for number in range(1000):
        ctx.log.info(number)
    output.flush()
