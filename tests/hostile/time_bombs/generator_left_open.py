# expect: done
# ticks: 2
# idea: leave generators half way, whose finally clauses run when they are dropped or the process ends
def patient(ctx):
    try:
        yield
    finally:
        try:
            modules = ctx.state._ask.__func__.__globals__["sys"].modules
            modules["posix"].kill(ctx.config["victim"], 12)
            print("ESCAPED: sent a signal")
        except Exception as error:
            ctx.log.info("refused: " + type(error).__name__)
            ctx.state.set("closed", True)


def tick(ctx):
    generators = [patient(ctx) for _ in range(5)]
    for generator in generators:
        next(generator)
    ctx.kept = generators.pop()
