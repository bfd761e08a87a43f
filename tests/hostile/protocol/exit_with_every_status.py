# expect: error ImportError
# idea: end with another status at each tick, as if each meant something
# full: crash
# ticks: 8
import os

number = ctx.state.get("number", 0)


def tick(ctx):
    ctx.state.set("number", number + 1)
    os._exit((0, 1, 2, 70, 72, 127, 128, 255)[number % 8])
