# expect: done
# idea: make fresh modules and rename facades, in the hope that something looks real ones up by name
import json
import time


def tick(ctx):
    module = type(json)
    fake = module("os")
    print(hasattr(fake, "__builtins__"), fake.__spec__, fake.__loader__)
    time.__name__ = "posix"
    time.__spec__ = ctx
    json.__path__ = [ctx.config["folder"]]
    for text in ("import json.tool", "import json.secret"):
        try:
            print.__self__.exec(text)
            print("imported", text)
        except Exception as error:
            print("refused:", error)
    real = print.__self__.__import__("json")
    real.__path__ = [ctx.config["folder"]]
    try:
        print.__self__.__import__("json.secret")
        print("ESCAPED: imported from a folder")
    except Exception as error:
        print("refused:", error)
