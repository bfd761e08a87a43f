# expect: done
# idea: reach _strptime through a bound method of its lock or cache, and locale through it, to change what every parse does
import datetime


def tick(ctx):
    datetime.datetime.strptime("2024", "%Y")
    sys = print.__self__.__import__("sys")
    module = sys.modules["_strptime"]
    module._cache_lock = None
    module._TimeRE_cache.clear()
    try:
        module.locale.setlocale(module.locale.LC_ALL, "de_DE.UTF-8")
        print("ESCAPED: a locale was read from a file")
    except Exception as error:
        print("refused:", error)
    try:
        print(datetime.datetime.strptime("2025", "%Y"))
    except Exception as error:
        print("broken for ourselves:", type(error).__name__)
