# expect: error ImportError
# idea: import relatively, from a package that the module claims to be in
# full: error ImportError
__package__ = "cellblock.inside"
__name__ = "cellblock.inside.worker"
__path__ = [ctx.config["folder"]]
try:
    from . import link
    print("came:", link)
except Exception as error:
    print("refused:", error)
from ..wire import codec
