# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: make classes, functions and code objects instead of data
def tick(ctx):
    held = []
    while True:
        held.append(type("C", (), {name: lambda self, name=name: name for name in "abcdefgh"}))
