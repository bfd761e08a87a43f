# expect: done | crash | error ValueError | error TypeError
# idea: pass ctx.state dictionaries and lists that empty themselves while the C encoder walks through them
# source: CPython issues about re-entrant mutation
class Shrinking:
    shape = ()

    def __init__(self, owner):
        self.owner = owner

    def item(self):
        self.owner.clear()
        junk = [[] for _ in range(1000)]
        return len(junk)


class Key(str):
    def __hash__(self):
        return 1


class Odd(dict):
    def items(self):
        return answers.pop()

    keys = values = items


answers = [5, [(1,)], [("a", 1)] * 3, iter([("b", 2)]), None, [("a", 1, 2)], {"x": 1}.items()]


def tick(ctx):
    row = []
    row += [Shrinking(row), "a" * 1000, {"b": 1}, Shrinking(row)]
    table = {}
    table.update(first=Shrinking(table), second=["x"] * 1000, third=Shrinking(table))
    values = [row, table] + [Odd(a=1) for _ in answers]
    for value in values:
        try:
            ctx.state.set("k", value)
            print("kept", str(ctx.state.get("k"))[:60])
        except Exception as error:
            print("refused:", type(error).__name__, error)
