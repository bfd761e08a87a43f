# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: nest tuples, dicts and lists without end, so that giving them back recurses too
def tick(ctx):
    held = ()
    while True:
        held = ({"held": [held]},)
