# expect: crash | done | error SystemError | error ValueError | error TypeError | timeout | memory
# full: crash | done | error SystemError | error ValueError | error TypeError | timeout | memory
# idea: run every number there is as an opcode, with the largest argument a byte can hold
# timeout: 1
def tick(ctx):
    def template(a=1, b=2):
        return a, b

    plain = template.__code__
    for opcode in sorted(range(256), key=lambda number: number * 7 % 256):
        crafted = plain.co_code[:4] + type(b"")([opcode, 255]) + plain.co_code
        try:
            template.__code__ = plain.replace(co_code=crafted)
            template()
        except Exception as error:
            print(opcode, type(error).__name__)
    print("came to the end")
