"""
A moving-average cross on candles from a file, one candle a tick.

Files: `candles.csv` with a header that names at least `start_ms` and `close`.
Settings (ctx.config): `file`, `fast`, `slow`.
"""

import pandas as pd

candles = None


def setup(ctx):
    global candles
    name = ctx.config.get("file", "candles.csv")
    candles = load(ctx, name)
    ctx.log.info(f"{name}: {len(candles)} candles, position {ctx.state.get('position', 'flat')}")


def load(ctx, name):
    text, offset = "", 0
    while True:
        page = ctx.files.read(name, offset=offset)
        if "error" in page:
            raise RuntimeError(f"{name}: {page['error']}")
        text += page["content"]
        offset += len(page["content"].encode())
        if page["eof"]:
            break
    header, *rows = [line.split(",") for line in text.splitlines() if line]
    table = pd.DataFrame(rows, columns=header)
    table["close"] = pd.to_numeric(table["close"])
    table["time"] = pd.to_datetime(pd.to_numeric(table["start_ms"]), unit="ms", utc=True)
    return table.set_index("time")


def tick(ctx):
    fast, slow = ctx.config.get("fast", 5), ctx.config.get("slow", 20)
    seen = ctx.state.get("seen", slow) + 1
    ctx.state.set("seen", seen)
    window = candles["close"].iloc[:seen]
    gap = window.rolling(fast).mean().iloc[-1] - window.rolling(slow).mean().iloc[-1]
    position = "long" if gap > 0 else "short"
    price = window.iloc[-1]
    before = ctx.state.get("position", "flat")
    if position != before:
        ctx.log.info(f"{window.index[-1]:%m-%d %H:%M} {before} -> {position} at {price:g} (gap {gap:+.5g})")
        ctx.state.set("position", position)
        ctx.state.set("trades", ctx.state.get("trades", 0) + 1)
    else:
        ctx.log.debug(f"{window.index[-1]:%m-%d %H:%M} {position} at {price:g}")


def on_error(ctx, error):
    ctx.log.error(f"{error.kind}: {error}")
