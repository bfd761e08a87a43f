"""
Takes events that others send by a hook, tells of each, and shows the last ones.

Make its address with `cellblock hooks add NAME --name inbox`, and send JSON to it. An event begins a
tick at once. What it tells goes to Telegram where a bot is connected, else to the log.
Settings (ctx.config): `shown` (how many events are shown).
"""

import datetime


def tick(ctx):
    seen = ctx.state.get("seen", [])
    for event in ctx.tick.events:
        text = describe(event["body"])
        respond(ctx, f"{event['hook']}: {text}")
        seen.append([clock(event["received_at"]), event["hook"], text])
    if ctx.tick.events:
        seen = seen[-ctx.config.get("shown", 20) :]
        ctx.state.set("seen", seen)
        ctx.state.set("count", ctx.state.get("count", 0) + len(ctx.tick.events))
    ctx.monitor.render(
        [
            ctx.monitor.metric("events", ctx.state.get("count", 0)),
            ctx.monitor.table(["time (UTC)", "hook", "event"], seen[::-1])
            if seen
            else "No event came yet. Make an address with `cellblock hooks add`, and send JSON to it.",
        ]
    )


def describe(body):
    """Anybody who knows the address may have written it: look at its type before its keys."""
    if isinstance(body, dict):
        return ", ".join(f"{key}={value!r}" for key, value in list(body.items())[:8])[:300]
    return repr(body)[:300]


def clock(at):
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%d %b %H:%M:%S")


def respond(ctx, text):
    if "telegram" not in ctx.connected:
        ctx.log.info(text)
        return
    answer = ctx.telegram.send(text)
    if "error" in answer:
        ctx.log.error(f"not sent: {answer['error']}: {text}")


def on_error(ctx, error):
    ctx.log.error(f"{error.kind}: {error}; {len(ctx.tick.events)} events had come")
