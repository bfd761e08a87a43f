"""
Counts its ticks, remembers the count, and draws it.

Settings (ctx.config): `step`.
"""


def tick(ctx):
    count = ctx.state.get("count", 0) + ctx.config.get("step", 1)
    ctx.state.set("count", count)
    history = ctx.state.get("history", [])[-59:] + [count]
    ctx.state.set("history", history)
    ctx.log.info(f"counted to {count}")
    ctx.monitor.render([ctx.monitor.metric("count", count), ctx.monitor.chart({"count": history})])
