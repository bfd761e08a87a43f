# expect: done
# idea: give a function of the host's side other code, which then runs with that side's globals and builtins
# ticks: 2
def evil(self, key, default=None):
    try:
        return "ESCAPED: read " + json.codecs.open(key).read()
    except Exception as error:
        return error


def tick(ctx):
    get = type(ctx.state).get
    get.__code__ = evil.__code__
    print(ctx.state.get(ctx.config["secret_file"]))
    print(ctx.state.get("/proc/self/mem"))
