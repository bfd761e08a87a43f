# expect: crash | done | error SystemError | error TypeError | error ValueError | timeout | memory
# full: crash | done | error SystemError | error TypeError | error ValueError | timeout | memory
# idea: cut the return off the end of a code, so that the interpreter runs on into what lies behind
# timeout: 1
def tick(ctx):
    def template():
        first = [1]
        return first

    code = template.__code__.co_code
    template.__code__ = template.__code__.replace(co_code=code[:4])
    print(template())
