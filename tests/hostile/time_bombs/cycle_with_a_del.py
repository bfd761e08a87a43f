# expect: done
# ticks: 3
# idea: leave a cycle behind whose __del__ lists a folder when the collector finds it after the tick
class Bomb:
    def __init__(self, ctx, walk):
        self.me, self.ctx, self.walk = self, ctx, walk

    def __del__(self):
        try:
            os = self.walk.__globals__["__builtins__"]["__import__"]("os")
            print("ESCAPED: listed", os.listdir(self.ctx.config["folder"]))
        except Exception as error:
            print("refused:", type(error).__name__)


def tick(ctx):
    import copy

    for _ in range(2_000):
        Bomb(ctx, copy.copy)
