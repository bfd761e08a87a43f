# expect: done
# idea: open a database file by name, and through a connection object of our own that answers every call
import pandas as pd


class Says:
    def __init__(self, trail=""):
        self.trail = trail

    def __getattr__(self, name):
        print("asked for", name) if len(self.trail) < 40 else None
        return Says(self.trail + "." + name)

    def __call__(self, *given, **named):
        return self

    def __iter__(self):
        return iter(())


def tick(ctx):
    path = ctx.config["secret_file"]
    for connection in ("sqlite:///" + path, "file:" + path + "?mode=ro", "duckdb:///" + path, Says(), None):
        for door in (pd.read_sql, pd.read_sql_query, pd.read_sql_table):
            try:
                print("answered", door("select 1", connection))
            except Exception as error:
                print("refused:", type(error).__name__, str(error)[:60])
        try:
            pd.DataFrame({"a": [1]}).to_sql("t", connection)
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:60])
