# expect: memory | error MemoryError
# full: memory | error MemoryError
# memory: 64
# idea: double a list until nothing is left
def tick(ctx):
    held = [0]
    while True:
        held += held
