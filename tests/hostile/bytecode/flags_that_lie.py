# expect: crash | done | error SystemError | error ValueError | error TypeError | memory
# idea: say of a plain function that it is a generator, a coroutine or optimised otherwise, and of a generator that it is none
def tick(ctx):
    def plain(a):
        return a

    def many(a):
        yield a

    for function in (plain, many):
        code = function.__code__
        for flag in (0x1, 0x2, 0x4, 0x8, 0x20, 0x80, 0x100, 0x200, 0x2A0):
            try:
                function.__code__ = code.replace(co_flags=code.co_flags ^ flag)
                print(function.__name__, hex(flag), type(function(1)), [*many(2)][:2])
            except Exception as error:
                print("refused:", hex(flag), error)
            function.__code__ = code
