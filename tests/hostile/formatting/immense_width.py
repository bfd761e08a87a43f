# expect: error MemoryError | memory | error ValueError
# full: error MemoryError | memory | error ValueError
# idea: ask for a padded number wider than the memory there is
# memory: 64
def tick(ctx):
    for width in (2**63, 10**30):
        try:
            f"{1:{width}}"
        except Exception as error:
            print("refused:", error)
    print(len("%*d" % (3 * 10**8, 7)), len(f"{1.5:>{10**12}}"))
