# expect: done | crash
# idea: change dicts and sets from within the comparison that their lookup makes
class Key:
    def __init__(self, table):
        self.table = table

    def __hash__(self):
        return 7

    def __eq__(self, other):
        self.table.clear()
        for number in range(50):
            self.table.update({number: number} if hasattr(self.table, "items") else {number})
        return False


def tick(ctx):
    for make in (dict, set):
        table = make()
        evil = Key(table)
        for act in (
            lambda: table.update({evil: 1} if make is dict else {evil}),
            lambda: Key(table) in table,
            lambda: table.pop(Key(table)) if make is dict else table.discard(Key(table)),
            lambda: table == make([(evil, 1)] if make is dict else [evil]),
            lambda: table | ({evil: 1} if make is dict else {evil}),
            lambda: [table.clear() for _ in table],
            lambda: make(table, **{"a": 1}),
        ):
            for _ in range(20):
                table.update({evil: 1} if make is dict else {evil})
                try:
                    act()
                except Exception as error:
                    print(type(error).__name__, end=" ")
