# expect: error ImportError
# idea: have the interpreter's handler of faults write into another descriptor, from a thread of its own
# full: done
import sys

faulthandler = sys.modules["importlib"].import_module("faulthandler")
for use in (lambda: faulthandler.enable(file=5), lambda: faulthandler.register(12, file=5), lambda: faulthandler.dump_traceback_later(1, file=5)):
    try:
        print("used", use())
    except (OSError, RuntimeError, ValueError) as error:
        print("refused:", type(error).__name__, error)
