# expect: memory | error MemoryError
# full: memory | error MemoryError
# memory: 64
# idea: nest tuples, dicts and lists without end, so that giving them back recurses too
def tick(ctx):
    held = ()
    while True:
        held = ({"held": [held]},)
