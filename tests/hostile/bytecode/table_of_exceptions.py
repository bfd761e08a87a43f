# expect: crash | done | error SystemError | error ValueError | timeout | memory
# full: crash | done | error SystemError | error ValueError | timeout | memory
# idea: replace the exception table of a code by one whose handlers lie outside of it and whose depths exceed the stack
# timeout: 1
def tick(ctx):
    def template():
        try:
            raise ValueError
        except Exception as error:
            return error

    code = template.__code__
    for table in (b"", b"\x80", b"\xff" * 40, b"\x80\x7f\x7f\x7f", b"\xc0\x40\x7f\x7f\x7f\x7f" * 5):
        try:
            template.__code__ = code.replace(co_exceptiontable=table)
            print(template())
        except Exception as error:
            print(type(error).__name__)
