# expect: done
# idea: ask the host directly, past ctx, for files and adapters that this worker was not given
def tick(ctx):
    ask = ctx.state._ask
    kinds = {kind.__name__: kind for kind in ask.__self__._link.ask.__func__.__globals__["Message"].__subclasses__()}
    path = ctx.config["secret_file"]
    for call in (
        kinds["FilesRead"](path, 0, 1000, True, "utf-8"),
        kinds["FilesRead"]("../" * 20 + path, -5, 2**62, False, "base64"),
        kinds["FilesWrite"](path, b"x", False),
        kinds["FilesList"]("/", ""),
        kinds["FilesDelete"](path),
        kinds["AdapterCall"]("os", "system", b'[["id"], {}]'),
        kinds["AdapterCall"]("state", "_store", b"[[], {}]"),
        kinds["AdapterCall"]("state", "answer", b"[[1], {}]"),
        kinds["AdapterCall"]("__class__", "__init__", b"not json"),
    ):
        try:
            print("ESCAPED: answered", ask(call))
        except Exception as error:
            print("refused:", type(error).__name__, error)
