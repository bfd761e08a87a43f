# expect: done
# idea: build a module spec by hand with the importer's own machinery and load an extension from a path
def tick(ctx):
    machinery = print.__self__.__import__("importlib.machinery", None, None, ["ExtensionFileLoader"])
    sys = print.__self__.__import__("sys")
    for name in ("_ctypes", "_testcapi", "mmap", "_posixshmem"):
        try:
            loader = machinery.ExtensionFileLoader(name, f"/usr/lib/python3/lib-dynload/{name}.so")
            spec = machinery.ModuleSpec(name, loader, origin=loader.path)
            print("ESCAPED: loaded", loader.create_module(spec))
        except Exception as error:
            print("refused:", name, error)
    print(len(sys.builtin_module_names), "modules are compiled in")
