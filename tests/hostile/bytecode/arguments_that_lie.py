# expect: crash | done | error SystemError | error ValueError | error TypeError | error OverflowError
# idea: claim more and fewer arguments, locals and cells than a code has names for
def tick(ctx):
    def template(a, b=2, *c, d=4, **e):
        return lambda: (a, e)

    code = template.__code__
    for change in (
        {"co_argcount": 200},
        {"co_argcount": -1},
        {"co_argcount": 2**31 - 1},
        {"co_kwonlyargcount": 100},
        {"co_posonlyargcount": 3},
        {"co_nlocals": 0},
        {"co_nlocals": 5000},
        {"co_varnames": ()},
        {"co_varnames": ("a",) * 5},
        {"co_cellvars": ()},
        {"co_freevars": ("a", "e")},
        {"co_stacksize": -1},
        {"co_stacksize": 2**31 - 1},
        {"co_firstlineno": -(2**31)},
        {"co_name": "\ud800"},
        {"co_filename": "\0"},
    ):
        try:
            template.__code__ = code.replace(**change)
            print(change, template(1)())
        except Exception as error:
            print("refused:", change, type(error).__name__, error)
