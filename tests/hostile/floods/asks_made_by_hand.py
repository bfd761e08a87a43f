# expect: done | security
# idea: send the host calls of our own making: other adapters, forged keys, negative pages, wrong types
def tick(ctx):
    worker = ctx.state._ask.__self__
    m = ctx.state.get.__globals__["m"]
    path = ctx.config["secret_file"]
    for call in (
        m.StateKeys("\0"),
        m.StatePage("\U0010ffff"),
        m.StateGet("treasure\x1ftoken"),
        m.FilesRead(path, 0, 100, True, "utf-8"),
        m.FilesRead("../" * 30 + path, 0, 100, False, "base64"),
        m.FilesList("/", ""),
        m.FilesDelete(path),
        m.FilesWrite(path, b"x", True),
        m.AdapterCall("state", "get", b'[["token"], {}]'),
        m.AdapterCall("os", "listdir", b'[["/"], {}]'),
        m.AdapterCall("state", "__class__", b"[[], {}]"),
        m.AdapterCall("", "", b"\xff"),
        m.FilesRead("a", -1, 2**62, False, "utf-8"),
    ):
        try:
            found = worker._link.ask(call)
            print("answered", found)
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:80])
