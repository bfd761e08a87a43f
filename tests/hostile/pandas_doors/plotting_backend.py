# expect: done
# idea: have pandas import a module of our choice as its plotting backend, and use it
import pandas as pd


def tick(ctx):
    for name in ("os", "posix", "subprocess", "ctypes", "pty", "http.server"):
        try:
            pd.set_option("plotting.backend", name)
        except Exception as error:
            print(name, "refused:", type(error).__name__, str(error)[:80])
        try:
            pd.Series([1, 2]).plot(backend=name)
            print("plotted with", name)
        except Exception as error:
            print(name, "refused:", type(error).__name__, str(error)[:80])
    backends = getattr(pd.plotting, "_core", None) or pd.plotting.boxplot.__globals__
    try:
        loaded = backends["importlib"].import_module("os")
        print("ESCAPED: listed", loaded.listdir(ctx.config["folder"]))
    except Exception as error:
        print("refused:", type(error).__name__, error)
