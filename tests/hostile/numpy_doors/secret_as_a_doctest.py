# expect: done
# idea: have numpy.testing load the secret file as a module, so that its SyntaxError quotes it
import numpy as np
import numpy.testing


def tick(ctx):
    for name in ("rundocs", "run_threaded", "check_support_sve"):
        door = getattr(np.testing, name, None)
        if door is None:
            print(name, "is not there")
            continue
        try:
            print(name, door(ctx.config["secret_file"]) if name == "rundocs" else door(tick))
        except Exception as error:
            print(name, "refused:", type(error).__name__, error, getattr(error, "text", ""))
