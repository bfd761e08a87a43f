# expect: done
# idea: find a class that imports for us among all subclasses of object
def tick(ctx):
    for kind in ().__class__.__base__.__subclasses__():
        if kind.__name__ in ("BuiltinImporter", "FrozenImporter", "Popen", "FileIO", "WarningMessage", "_wrap_close"):
            try:
                loader = kind.load_module
                os = loader("posix")
                print("ESCAPED: listed", os.listdir(ctx.config["folder"]))
            except Exception as error:
                print(kind.__name__, "refused:", type(error).__name__)
