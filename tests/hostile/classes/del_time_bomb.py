# expect: done
# idea: leave objects behind whose __del__ revives them and asks the host from within other asks and between ticks
# ticks: 3
kept = []


class Bomb:
    def __init__(self, ctx):
        self.ctx = ctx

    def __del__(self):
        kept.append(self)
        for act in (lambda: self.ctx.state.set("bomb", 1), lambda: self.ctx.log.error("from del"), lambda: print.__self__.open(self.ctx.config["secret_file"])):
            try:
                print("answered", act())
            except Exception as error:
                print("refused:", error)


class Key(str):
    def __getattribute__(self, name):
        kept.clear()
        return str.__getattribute__(self, name)


def tick(ctx):
    kept.clear()
    ring = [Bomb(ctx)]
    ring.append(ring)
    del ring
    print(ctx.state.get(Key("bomb")), len(kept))
    print.__self__.__import__("gc").collect()
