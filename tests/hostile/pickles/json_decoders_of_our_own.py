# expect: done
# idea: reach importers from the globals of json's decoders, hooks and errors
import json


class Hook(json.JSONDecoder):
    def decode(self, text):
        try:
            return super().decode(text)
        except Exception as error:
            return error


def tick(ctx):
    problem = json.loads("{", cls=Hook)
    for holder in (json.JSONDecoder.__init__, json.loads, json.dump, problem.__init__, problem.__reduce__):
        space = getattr(holder, "__globals__", None)
        if space is None:
            print("no globals:", holder)
            continue
        try:
            codecs = space.get("codecs") or space["__builtins__"]["__import__"]("codecs")
            print("ESCAPED: read", codecs.open(ctx.config["secret_file"]).read())
        except Exception as error:
            print("refused:", type(error).__name__, error)
