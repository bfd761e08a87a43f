# expect: error ImportError
# idea: put the host's folder on the import path and have the import system look into it
# full: done
import sys

sys.path.insert(0, ctx.config["folder"])
machinery = sys.modules["importlib._bootstrap_external"] if "importlib._bootstrap_external" in sys.modules else sys.modules["_frozen_importlib_external"]
finder = machinery.FileFinder(ctx.config["folder"], (machinery.SourceFileLoader, [".txt"]))
print("ESCAPED: found" if finder.find_spec("secret") else "found nothing", finder.path == ctx.config["folder"])
try:
    print("ESCAPED: read", machinery.SourceFileLoader("secret", ctx.config["secret_file"]).get_data(ctx.config["secret_file"]))
except OSError as error:
    print("refused:", error.errno)
