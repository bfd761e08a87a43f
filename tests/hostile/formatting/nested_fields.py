# expect: done
# idea: put code into the width of the width of an f-string, and fork from within it
def tick(ctx):
    os = print.__self__.__import__("os")

    class Width:
        def __format__(self, spec):
            try:
                if os.fork() == 0:
                    while True:
                        pass
                return "ESCAPED: forked"
            except Exception as error:
                return f"refused: {error} with {spec!r}"

    print(f"{Width():{len(f'{Width():>9}')}{'x' * 2}}")
    try:
        print(f"{1:{Width()}}")
    except Exception as error:
        print("refused:", error)
