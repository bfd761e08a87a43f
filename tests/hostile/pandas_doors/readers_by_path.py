# expect: done
# idea: read the secret file with each of pandas' readers that take a path
import pandas as pd

READERS = ("csv", "table", "fwf", "json", "html", "xml", "excel", "parquet", "feather", "orc", "hdf", "pickle", "stata", "sas", "spss", "iceberg")


def tick(ctx):
    for name in READERS:
        reader = getattr(pd, "read_" + name, None)
        if reader is None:
            continue
        for path in (ctx.config["secret_file"], "file://" + ctx.config["secret_file"]):
            try:
                print("ESCAPED:", name, reader(path))
            except Exception as error:
                print(name, "refused:", type(error).__name__)
