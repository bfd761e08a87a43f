# expect: done | crash | error ValueError
# idea: change a list while it sorts itself, and the class of its items with it
class Item:
    def __init__(self, held):
        self.held = held

    def __lt__(self, other):
        self.held.clear()
        self.held.extend(range(100))
        Item.__lt__ = lambda self, other: True
        return False


def tick(ctx):
    held = []
    held += [Item(held) for _ in range(50)]
    try:
        held.sort()
    except Exception as error:
        print(type(error).__name__)
    print(len(held))
