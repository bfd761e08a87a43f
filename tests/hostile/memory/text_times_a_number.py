# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: ask for a text of a hundred gigabytes in one multiplication
def tick(ctx):
    print(len("x" * 10**11))
