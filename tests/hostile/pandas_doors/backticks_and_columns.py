# expect: done
# idea: smuggle code past the tokenizer of DataFrame.query in names of columns, index levels and backticks
import pandas as pd


def tick(ctx):
    path = ctx.config["secret_file"]
    names = ("__import__('os').system('id')", "a`+open('" + path + "').read()+`", "lambda: 0", "a\n__import__", "@folder", "𝒶", "ａ")
    frame = pd.DataFrame([list(range(len(names)))], columns=list(names))
    frame.index.name = "os.listdir('/')"
    for name in (*names, frame.index.name):
        for text in ("`" + name + "` == 0", name, "`" + name + "`.__class__.__base__.__subclasses__()", "ilevel_0 in `" + name + "`"):
            try:
                print("answered", str(frame.query(text, engine="python"))[:60].split())
            except Exception as error:
                print("refused:", type(error).__name__, str(error)[:60])
