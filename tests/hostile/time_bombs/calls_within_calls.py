# expect: done
# idea: call ctx from __del__ and __str__ while another ctx call is under way
class Interrupts:
    def __init__(self, ctx):
        self.ctx, self.me = ctx, self

    def __del__(self):
        try:
            self.ctx.state.set("from del", True)
            print("from del")
        except Exception as error:
            self.ctx.problem = type(error).__name__

    def __str__(self):
        self.ctx.state.set("from str", 1)
        print("within")
        return "told"


class Key(str):
    def __str__(self):
        ctx.state.set("from key", 1)
        return "other"


def tick(ctx):
    for number in range(1_500):
        Interrupts(ctx)
        if number % 100 == 0:
            ctx.state.set("outer", {"number": number})
            assert ctx.state.get("outer") == {"number": number}
    print(Interrupts(ctx))
    ctx.state.set(Key("key"), 1)
    assert ctx.state.get("key") == 1
