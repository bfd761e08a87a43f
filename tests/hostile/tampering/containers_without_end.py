# expect: done
# idea: pass ctx containers that hold themselves, are nested without end, or are generators that never stop
# timeout: 20
import collections


class Endless(list):
    def __iter__(self):
        while True:
            yield 1

    def __len__(self):
        return 3


def tick(ctx):
    ring = [1]
    ring.append({"ring": ring})
    deep = []
    for _ in range(50_000):
        deep = [deep]
    proxy = ctx.config
    tree = collections.defaultdict(lambda: tree)
    tree["a"] = tree["b"]
    for value in (ring, deep, proxy, tree, (n for n in ring), Endless([1]), {ring[0]: deep}, b"bytes", {(1, 2): 3}, range(5), ctx, print, {"a"}):
        try:
            ctx.state.set("k", value)
            print("kept", str(ctx.state.get("k"))[:50])
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:80])
    while deep:
        deep = deep[0]
