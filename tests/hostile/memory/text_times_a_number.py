# expect: memory | error MemoryError
# full: memory | error MemoryError
# memory: 64
# idea: ask for a text of a hundred gigabytes in one multiplication
def tick(ctx):
    print(len("x" * 10**11))
