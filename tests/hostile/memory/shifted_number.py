# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: shift a number to the left by a hundred thousand million places
def tick(ctx):
    print((1 << 10**11).bit_length())
