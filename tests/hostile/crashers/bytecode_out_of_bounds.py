# expect: crash | done
# full: crash | done
# idea: give a function bytecode that loads constants and locals far beyond its own
# source: pyjail collections
def prey(a):
    return a


def tick(ctx):
    code = prey.__code__
    raw = code.co_code
    for patch in range(0, len(raw), 2):
        wild = raw[:patch] + raw[patch : patch + 1] + b"\xf0" + raw[patch + 2 :]
        try:
            prey.__code__ = code.replace(co_code=wild, co_consts=(), co_stacksize=1)
            print(patch, type(prey(ctx)))
        except Exception as error:
            print(patch, type(error).__name__)
