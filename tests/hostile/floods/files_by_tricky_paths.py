# expect: done
# idea: read, write and list the host's files through ctx.files with paths that climb, link, or are not text
def tick(ctx):
    path, folder = ctx.config["secret_file"], ctx.config["folder"]
    climb = "../" * 12
    paths = (
        path, climb + path[1:], "a/../../" + path, "./" + path, "//" + path, "a/" + climb + path[1:], path + "\0.txt", "\0",
        "..\\..\\secret.txt", "%2e%2e/secret.txt", "\uff0e\uff0e/secret.txt", "file://" + path, "~", "/dev/fd/3", "/proc/self/environ",
        "/proc/1/root" + path, ".", "..", "", " ", "a" * 300, "/".join("a" * 40), "a/" * 600 + "b", "con", "\n", "\U0010ffff",
    )
    for attempt in paths:
        for act in (
            lambda: ctx.files.read(attempt),
            lambda: ctx.files.list(attempt),
            lambda: ctx.files.write(attempt, "from a worker"),
            lambda: ctx.files.write(attempt, "more", append=True),
            lambda: ctx.files.read(attempt, offset=10**15, limit=1),
            lambda: ctx.files.delete(attempt),
        ):
            try:
                print(repr(attempt[:20]), str(act())[:100])
            except Exception as error:
                print("refused:", type(error).__name__, str(error)[:80])
                if "not connected" in str(error):
                    break
