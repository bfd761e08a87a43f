# expect: done
# idea: use pandas' own helpers that open handles and addresses
import pandas as pd


def tick(ctx):
    path, port = ctx.config["secret_file"], str(ctx.config["tcp"])
    for trail, given in (
        ("io.common.os.listdir", (ctx.config["folder"],)),
        ("io.common.get_handle", (path, "r")),
        ("io.common.urlopen", ("http://127.0.0.1:" + port,)),
        ("io.common.file_exists", (path,)),
        ("compat.os.stat", (path,)),
        ("io.common.codecs.open", (path,)),
        ("io.pickle.pickle.load", (path,)),
        ("io.parsers.TextFileReader", (path,)),
        ("io.sql.pandasSQL_builder", ("sqlite:///" + path,)),
        ("io.clipboard.paste", ()),
        ("io.formats.style.jinja2.FileSystemLoader", (ctx.config["folder"],)),
    ):
        value = pd
        try:
            for part in trail.split("."):
                value = getattr(value, part)
            got = value(*given)
            print(trail, "gave", got)
            if got and not isinstance(got, bool) or trail.endswith("exists") and got:
                print("ESCAPED:", trail, got.handle.read() if hasattr(got, "handle") else got)
        except Exception as error:
            print(trail, "refused:", type(error).__name__, str(error)[:80])
