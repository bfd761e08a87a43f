"""
Writes a report once a day: what files the workspace has, and what has changed since the last one.

The report is a file itself, `reports/<day>.md`; it is sent to Telegram too where a bot is connected.
Settings (ctx.config): `keep` (how many reports stay).
"""

import datetime


def tick(ctx):
    listed = ctx.files.list()
    if "error" in listed:
        ctx.log.error(f"no report: {listed['error']}")
        return
    day = datetime.datetime.fromtimestamp(ctx.tick.planned_at, datetime.timezone.utc).date().isoformat()
    sizes = {one["path"]: one["size"] for one in listed["files"] if not one["path"].startswith("reports/")}
    report = write(day, sizes, ctx.state.get("sizes", {}))
    kept = ctx.files.write(f"reports/{day}.md", report)
    if "error" in kept:
        ctx.log.error(f"the report was not kept: {kept['error']}")
        return
    ctx.state.set("sizes", sizes)
    clear_up(ctx, ctx.config.get("keep", 30))
    ctx.log.info(f"{kept['path']}: {len(sizes)} files, {sum(sizes.values())} bytes")
    send(ctx, report)
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:10]
    ctx.monitor.render(
        [
            report,
            ctx.monitor.progress("room that is used", listed["used"] / listed["limit"]),
            ctx.monitor.table(["largest files", "bytes"], largest),
        ]
    )


def write(day, sizes, before):
    lines = [f"# Files on {day}", "", f"{len(sizes)} files, {sum(sizes.values())} bytes."]
    lines += [f"- new: {path}" for path in sizes if path not in before]
    lines += [f"- gone: {path}" for path in before if path not in sizes]
    lines += [
        f"- {path}: {size - before[path]:+d} bytes"
        for path, size in sizes.items()
        if before.get(path, size) != size
    ]
    return "\n".join(lines[:100]) + "\n"


def clear_up(ctx, keep):
    listed = ctx.files.list("reports/")
    if "error" in listed:
        return
    for one in listed["files"][:-keep]:
        ctx.files.delete(one["path"])


def send(ctx, text):
    if "telegram" not in ctx.connected:
        return
    answer = ctx.telegram.send(text)
    if "error" in answer:
        ctx.log.error(f"not sent: {answer['error']}")


def on_error(ctx, error):
    ctx.log.error(f"{error.kind}: {error}")
