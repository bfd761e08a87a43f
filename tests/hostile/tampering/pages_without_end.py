# expect: timeout
# full: timeout
# idea: forge the pages of ctx.state.keys so that the method in the worker asks for ever
# memory: 64
# timeout: 0.4
class Page(list):
    def __bool__(self):
        return True

    def __getitem__(self, place):
        return "k"


def tick(ctx):
    state = type(ctx.state)(lambda call: b"[]")
    state.keys.__func__.__globals__["_value"] = lambda answer: Page()
    print(state.keys())
