# expect: done
# idea: let the JSON decoder call exec and import as its hooks while it reads a text of ours
import json


def tick(ctx):
    builtins = json.JSONDecoder.decode.__globals__["__builtins__"]
    get = builtins["__import__"] if isinstance(builtins, dict) else builtins.__import__
    try:
        module = json.loads('["socket"]', object_hook=None) and json.loads("1", parse_int=lambda _: get("socket"))
        with module.create_connection(("127.0.0.1", ctx.config["tcp"]), 1) as made:
            print("ESCAPED: connected", made)
    except Exception as error:
        print("refused:", error)
