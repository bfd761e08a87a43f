# expect: done
# idea: reach the listening socket with readers that take an address
import pandas as pd


def tick(ctx):
    where = "127.0.0.1:" + str(ctx.config["tcp"])
    for scheme in ("http://", "https://", "ftp://", "s3://", "gs://", "sftp://", "memory://"):
        for name in ("read_csv", "read_json", "read_html", "read_xml", "read_pickle", "read_parquet", "read_excel"):
            try:
                print("ESCAPED:", getattr(pd, name)(scheme + where + "/data"))
            except Exception as error:
                print(scheme, name, "refused:", type(error).__name__)
