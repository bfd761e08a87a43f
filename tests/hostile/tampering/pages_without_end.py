# expect: timeout
# full: timeout
# idea: forge the pages of ctx.state.keys so that the method in the worker asks for ever, as fast as it can
# memory: 64
# timeout: 0.4
def tick(ctx):
    real = ctx.state._ask

    def ask(call):
        if type(call).__name__ == "StateKeys":
            return b"[]" if False else b"[{}]"
        return real(call)

    state = type(ctx.state)(ask)
    state.keys.__func__.__globals__["_value"] = lambda answer: Page()
    print(state.keys())


class Page(list):
    def __bool__(self):
        return True

    def __getitem__(self, place):
        return "k"
