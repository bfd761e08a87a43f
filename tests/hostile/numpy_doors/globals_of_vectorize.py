# expect: done
# idea: walk from the globals of a Python function of numpy to sys.modules and list a folder
import numpy as np


def tick(ctx):
    for function in (np.vectorize.__init__, np.lib.stride_tricks.as_strided, np.linalg.norm, np.testing.assert_equal):
        function = getattr(function, "__wrapped__", function)
        try:
            space = function.__globals__
            os = space["sys"].modules["os"] if "sys" in space else space["__builtins__"]["__import__"]("os")
            print("reached os through", function.__name__)
            print("ESCAPED: listed", os.listdir(ctx.config["folder"]))
        except Exception as error:
            print("refused:", type(error).__name__, error)
