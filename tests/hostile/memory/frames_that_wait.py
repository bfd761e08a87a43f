# expect: memory | error MemoryError | crash | error SystemError
# full: memory | error MemoryError | crash | error SystemError
# memory: 64
# idea: hold frames, not values: generators that wait at their first yield with locals full of lists
def waiting(number):
    kept = [number] * 50
    yield kept


def tick(ctx):
    held = []
    while True:
        generator = waiting(len(held))
        next(generator)
        held.append(generator)
