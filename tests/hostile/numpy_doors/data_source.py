# expect: done
# idea: have numpy's DataSource ask whether paths exist and fetch from addresses
import numpy as np


def tick(ctx):
    source = None
    for owner in ("npyio", "_datasource", "io"):
        try:
            source = getattr(np.lib, owner).DataSource(ctx.config["folder"])
            break
        except Exception as error:
            print(owner, type(error).__name__)
    if source is None:
        return
    address = "http://127.0.0.1:" + str(ctx.config["tcp"]) + "/"
    for target in (ctx.config["secret_file"], "file://" + ctx.config["secret_file"], address):
        try:
            if source.exists(target):
                print("ESCAPED: knows that there is", target)
        except Exception as error:
            print("exists refused:", type(error).__name__)
        try:
            print("ESCAPED: read", source.open(target).read())
        except Exception as error:
            print("open refused:", type(error).__name__)
