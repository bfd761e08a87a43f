# expect: done
# idea: strip decorated library functions through __wrapped__ and __func__ until one shows globals with os in them
import functools
import json
import random
import statistics


def tick(ctx):
    found = {}
    for source in (functools, json, random, statistics):
        for value in list(source.__dict__.values()):
            for step in ("__wrapped__", "__func__", "fget", "func", "__init__", "__call__"):
                space = getattr(getattr(value, step, None), "__globals__", None)
                if isinstance(space, dict):
                    found[space.get("__name__")] = space
    for name, space in sorted(found.items()):
        for key, value in space.items():
            if key.lstrip("_") in ("os", "sys"):
                print("reached", name, key)
                try:
                    os = getattr(value, "modules", {}).get("os", value)
                    print("ESCAPED: made", os.mkdir(ctx.config["folder"] + "/unwrapped"))
                except Exception as error:
                    print("refused:", error)
