# expect: done
# idea: run source text with full builtins through the helpers of numpy.testing
import numpy as np
import numpy.testing

TEXT = "import os; found.append(os.listdir(folder)); found.append(open(path).read())"


def tick(ctx):
    space = {"found": [], "folder": ctx.config["folder"], "path": ctx.config["secret_file"]}
    try:
        np.testing.runstring(TEXT, space)
    except Exception as error:
        print("runstring refused:", type(error).__name__, error)
    found, folder, path = space["found"], space["folder"], space["path"]
    try:
        np.testing.measure(TEXT)
    except Exception as error:
        print("measure refused:", type(error).__name__, error)
    if found:
        print("ESCAPED:", found)
