# expect: done
# idea: replace the writer and the reader of JSON that ctx.state uses, between two ticks, to send the host text that is no JSON
# ticks: 2
texts = ['{"half', '[1,]', "NaN", "1e999999", '"\\ud800"', "[" * 100_000, '{"a":1,"a":2}', "", "\x00", "﻿1", "1" * 5000, '"' + "x" * 600_000 + '"']


def tick(ctx):
    space = type(ctx.state).set.__globals__["to_json"].__globals__
    if space["_decode"].__name__ == "decode":
        kept = space["_decode"]
        space["_encode"] = lambda *_, **__: texts.pop()
        space["_decode"] = lambda text: ("made up", text)
        print("replaced", kept.__name__)
        return
    while texts:
        try:
            ctx.state.set("k", 1)
            print("took", len(str(ctx.state.get("k"))))
        except Exception as error:
            print("refused:", str(error)[:100])
