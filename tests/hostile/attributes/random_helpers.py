# expect: done
# idea: ask the random module for the helpers it keeps under a leading underscore, and its seed function for their globals
import random


def tick(ctx):
    for name in ("_os", "_urandom", "_inst", "_sha512"):
        print(name, hasattr(random, name))
    space = random.Random.seed.__globals__
    os = space.get("_os") or space["__builtins__"]["__import__"]("os")
    try:
        print("ESCAPED: it exists", os.stat(ctx.config["secret_file"]))
    except Exception as error:
        print("refused:", error)
    try:
        print("ESCAPED: links to", os.readlink(f"/proc/{ctx.config['host']}/exe"))
    except Exception as error:
        print("refused:", error)
