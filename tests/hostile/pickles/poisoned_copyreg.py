# expect: done
# idea: replace the reducers that pickle and copy look up, and wait for the worker's own code to use them
import copy
import json


def tick(ctx):
    table = copy.copy.__globals__["dispatch_table"]
    loads = json.loads.__globals__
    called = []
    for kind in (type(ctx), type(ctx.state), type(ctx.tick), type({}), type("")):
        table[kind] = lambda value: called.append(value) or (ord, ("x",))
    loads["_default_decoder"] = type("Decoder", (), {"decode": lambda self, text: {"decoded": text}})()
    print(copy.copy(ctx.tick), len(called))
    ctx.state.set("kept", {"a": 1})
    print(ctx.state.get("kept"))
    ctx.state.set("other", ctx.state.get("kept"))
