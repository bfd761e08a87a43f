# expect: done
# idea: let numpy's C loops call opened doors over an array of paths, so that no frame of ours is on the stack
import numpy as np


def tick(ctx):
    paths = np.array([ctx.config["secret_file"], ctx.config["folder"], "/etc/hostname"], dtype="O")
    builtins = len.__self__
    for name in ("open", "__import__", "eval"):
        call = np.frompyfunc(getattr(builtins, name), 1, 1)
        try:
            found = call(paths if name == "open" else np.array(["os"], dtype="O") if name == "__import__" else np.array(["__import__('os').listdir('/')"], dtype="O"))
            print(name, "gave", found)
            if name == "open":
                print("ESCAPED: read", found[0].read())
            if name == "__import__":
                print("ESCAPED: listed", found[0].listdir(paths[1]))
            if name == "eval":
                print("ESCAPED: listed", found)
        except Exception as error:
            print(name, "refused:", type(error).__name__, error)
