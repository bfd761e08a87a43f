# expect: done
# idea: write warnings and errors, which are sent one by one, as fast as the pipe takes them
def tick(ctx):
    for number in range(700):
        ctx.log.error("e" * 4_000)
        ctx.log.warn("w" * 5_000)
        ctx.log.flush()
