"""
Says hello, counts its ticks, and draws what it counted.

Settings (ctx.config): `greeting`.
"""


def tick(ctx):
    count = ctx.state.get("count", 0) + 1
    ctx.state.set("count", count)
    ctx.log.info(f"{ctx.config.get('greeting', 'Hello')} number {count}")
    ctx.monitor.render(
        [
            ctx.monitor.metric("hellos", count),
            ctx.monitor.progress("to the next hundred", count % 100 / 100),
        ]
    )
