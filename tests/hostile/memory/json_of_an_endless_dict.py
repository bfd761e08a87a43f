# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: hand the state a dict whose items never end
import itertools


class Endless(dict):
    def items(self):
        return ((str(number), number) for number in itertools.count())

    def __bool__(self):
        return True

    def __len__(self):
        return 1


def tick(ctx):
    ctx.state.set("endless", Endless(a=1))
