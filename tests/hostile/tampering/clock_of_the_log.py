# expect: done
# idea: give the log a clock that tells infinity, not a number and the far future, and sleep backwards
def tick(ctx):
    time = ctx.log._output.line.__func__.__globals__["time"]
    for value in (float("nan"), float("inf"), -float("inf"), 1e308, -1.0, 0.0, 5):
        time.time = lambda: value
        time.monotonic = lambda: -value
        ctx.log.info("at another time")
    time.sleep = lambda *_: print("ESCAPED: never called by the host")
