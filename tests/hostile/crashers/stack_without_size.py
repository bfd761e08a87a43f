# expect: crash | done | error SystemError | error ValueError | error TypeError
# idea: claim that a function needs no stack and no locals, and push a thousand values
def tick(ctx):
    def prey(a=1, b=2, c=3):
        return [[[[[[[[[[a, b, c, (a, b, c, [a, b, c, {a: b, c: (a, b, c)}])]]]]]]]]]]

    code = prey.__code__
    for change in ({"co_stacksize": 0}, {"co_nlocals": 0}, {"co_varnames": ()}, {"co_flags": 0xFFFF}, {"co_argcount": 2**31 - 1}, {"co_exceptiontable": b"\xff" * 50}):
        try:
            prey.__code__ = code.replace(**change)
            print("answered", str(prey())[:30])
        except Exception as error:
            print("refused:", type(error).__name__)
