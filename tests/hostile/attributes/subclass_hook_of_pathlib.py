# expect: done
# idea: let a Path that is loaded already resolve, look at and iterate over paths of the host
def tick(ctx):
    pathlib = print.__self__.__import__("sys").modules.get("pathlib")
    if pathlib is None:
        print("not loaded")
        return
    path = pathlib.Path(ctx.config["secret_file"])
    for act in ("exists", "is_file", "read_text", "stat", "owner", "resolve", "readlink"):
        try:
            got = getattr(path, act)()
            told = str(got) not in (str(path), "False")
            print("ESCAPED:" if told else "told nothing:", act, got)
        except Exception as error:
            print("refused:", act, error)
    try:
        for item in path.parent.iterdir():
            print("ESCAPED: listed", item)
    except Exception as error:
        print("refused:", error)
