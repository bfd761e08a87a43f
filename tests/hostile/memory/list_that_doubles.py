# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: double a list until nothing is left
def tick(ctx):
    held = [0]
    while True:
        held += held
