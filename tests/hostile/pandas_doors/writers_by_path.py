# expect: done
# idea: leave a file in the host's folder with each of pandas' writers
import pandas as pd

WRITERS = ("csv", "json", "html", "xml", "excel", "parquet", "feather", "orc", "hdf", "pickle", "stata", "latex", "markdown", "string")


def tick(ctx):
    frame = pd.DataFrame({"a": [1, 2]})
    for name in WRITERS:
        target = ctx.config["folder"] + "/made." + ("xlsx" if name == "excel" else name)
        try:
            writer = getattr(frame, "to_" + name)
            writer(target, key="x") if name == "hdf" else writer(target)
            print("ESCAPED: wrote", target)
        except Exception as error:
            print(name, "refused:", type(error).__name__)
