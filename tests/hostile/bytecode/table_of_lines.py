# expect: error ZeroDivisionError | crash | timeout | error Exception | memory
# full: error ZeroDivisionError | crash | timeout | error Exception | memory
# idea: replace the line table of a code by nonsense, and let the report of its error ask for line numbers
# timeout: 1
def tick(ctx):
    def template():
        return 1 / 0

    code = template.__code__
    for table in (b"", b"\x00", b"\x7f" * 10, b"\xff" * 1000):
        try:
            template.__code__ = code.replace(co_linetable=table, co_firstlineno=2**31 - 1)
            template()
        except ZeroDivisionError as error:
            print(error.__traceback__.tb_next.tb_lineno, len([*template.__code__.co_positions()]))
    template()
