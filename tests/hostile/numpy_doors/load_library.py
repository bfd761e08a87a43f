# expect: done
# idea: load a shared library by name with np.ctypeslib, or a file that is none, to hear whether it is there
import numpy as np


def tick(ctx):
    for name, place in (("libc.so.6", "/lib/x86_64-linux-gnu"), ("libpthread", "/usr/lib"), ("secret", ctx.config["folder"])):
        try:
            library = np.ctypeslib.load_library(name, place)
            print("loaded", library)
            print("ESCAPED: a child", library.fork()) if library.fork() > 0 else None
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:80])
