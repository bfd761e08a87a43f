# expect: done
# idea: have an import refused and read the importer's own frame, its globals and its locals, from the traceback
def tick(ctx):
    try:
        import not_there_at_all
    except Exception as error:
        print(error.name, error.path)
        inner = error.__traceback__.tb_next.tb_frame
    print(inner.f_code.co_name, sorted(inner.f_locals))
    sys = inner.f_globals["sys"]
    os = sys.modules["os"]
    try:
        print("ESCAPED: listed", os.listdir(ctx.config["folder"]))
    except Exception as error:
        print("refused:", error)
    for name, module in list(sys.modules.items()):
        if name.startswith("cellblock.supervisor") or name.startswith("cellblock.store"):
            print("ESCAPED: the host's code is here:", name)
