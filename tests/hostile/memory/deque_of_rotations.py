# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: extend a deque with itself and with views of itself
import collections


def tick(ctx):
    queue = collections.deque("x" * 100)
    while True:
        queue.extend(tuple(queue))
        queue.rotate(7)
