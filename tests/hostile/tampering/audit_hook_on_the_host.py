# expect: done | error ValueError | error RuntimeError
# idea: add an audit hook, which nothing can remove, that refuses and delays whatever the worker's own loop does
# ticks: 2
def tick(ctx):
    sys = print.__self__.__import__("sys")
    seen = []

    def hook(event, arguments):
        seen.append(event)
        if event in ("open", "import", "object.__getattr__"):
            raise ValueError("not now: " + event)

    sys.addaudithook(hook)
    try:
        print("ESCAPED: read", print.__self__.open(ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
    print(sorted(set(seen)))
