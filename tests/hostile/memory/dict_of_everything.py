# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: fill a dict and its set of keys at once
def tick(ctx):
    table, keys, number = {}, set(), 0
    while True:
        number += 1
        table[str(number)] = keys.add((number, str(number)))
