# expect: error SyntaxError
# full: error SyntaxError
# idea: assign to __debug__, which the language layer hands out as a name of its own
def tick(ctx):
    __builtins__["__debug__"] = False
    __debug__ = 0
