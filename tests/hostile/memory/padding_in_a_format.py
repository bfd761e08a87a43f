# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: pad by format, by justifying and by precision to gigabytes
def tick(ctx):
    for act in (lambda: f"{1:>{10**10}}", lambda: "x".center(10**10), lambda: "%.*f" % (2**31 - 1, 0.1), lambda: f"{0.1:.{2**31 - 1}f}"):
        try:
            print(len(act()))
        except ValueError as error:
            print("refused:", error)
        except Exception as error:
            print("refused:", type(error).__name__)
            last = error
    raise last
