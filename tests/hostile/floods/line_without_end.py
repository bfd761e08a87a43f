# expect: memory | error MemoryError
# full: memory | error MemoryError
# memory: 64
# timeout: 20
# idea: print without ever ending the line
def tick(ctx):
    piece = "x" * 1_000_000
    while True:
        print(piece, end="")
