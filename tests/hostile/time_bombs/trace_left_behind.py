# expect: timeout | done | security
# full: timeout | done | security
# idea: leave a trace function that loops in the worker's own frames once the tick is over and no deadline is armed
# timeout: 0.7
def tick(ctx):
    sys = ctx.state._ask.__func__.__globals__["sys"]

    def trap(frame, event, given):
        if frame.f_code.co_name in ("disarm", "receive", "send"):
            while True:
                try:
                    sys.modules["os"].listdir(ctx.config["folder"])
                    print("ESCAPED: listed")
                except Exception:
                    pass
        return trap

    sys.settrace(trap)
