# expect: done
# idea: import everything from a facade whose __all__ we have rewritten to name what is hidden
import json
import random

json.__all__ = ["__loader__", "__spec__", "__dict__", "JSONDecoder"]
random.__all__ = ["__class__", "__dict__", "_os"]
from json import *

print(__loader__, __spec__, len(__dict__))
try:
    from random import *

    print("_os" in __dict__)
except Exception as error:
    print("refused:", error)
sys = JSONDecoder.decode.__globals__["__builtins__"]["__import__"]("sys")
try:
    print("ESCAPED: linked", sys.modules["os"].link(ctx.config["secret_file"], ctx.config["folder"] + "/star"))
except Exception as error:
    print("refused:", error)
