# expect: done | error TypeError
# idea: change the encoder and decoder classes that a facade hands out for real, and see whose calls they answer
# ticks: 2
import json


def tick(ctx):
    real = print.__self__.__import__("json")
    json.JSONEncoder.iterencode = lambda self, value, *_, **__: ["[1, ", "2", "]"]
    json.JSONEncoder.encode = lambda self, value: '"encoded by us"'
    json.JSONDecoder.decode = lambda self, text, *_: {"decoded": "by us"}
    real.encoder.c_make_encoder = None
    real._default_decoder.scan_once = None
    for act in (lambda: ctx.state.set("k", {"a": 1}), lambda: ctx.state.get("k"), lambda: ctx.files.read("x")):
        try:
            print("answered", act())
        except Exception as error:
            print("refused:", type(error).__name__, error)
