# expect: done | error RuntimeError | security
# ticks: 2
# idea: replace the functions of the worker's own process that run between two ticks
def tick(ctx):
    worker = ctx.state._ask.__self__
    told = []

    def run(order):
        told.append(order)
        try:
            os = worker._run.__func__.__globals__["sys"].modules["os"]
            print("ESCAPED: between ticks", os.listdir(ctx.config["folder"]))
        except Exception as error:
            worker._output.line("info", "refused: " + type(error).__name__)
        real(order)

    real, worker.run = worker.run, run
    tick.__globals__["tick"] = lambda ctx: print("the second tick, orders:", len(told))


def setup(ctx):
    ctx.state.set("set up", True)
