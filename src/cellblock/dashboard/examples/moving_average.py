"""
Follows where a fast and a slow moving average of a price cross, and draws both.

Candles of Bybit are public and need no key. It trades nothing: `turned` is the place for an order.
Settings (ctx.config): `symbol`, `minutes` (of a candle: 1, 3, 5, 15, 30, 60), `fast` and `slow` (in candles).
"""

DRAWN = 120


def setup(ctx):
    if ctx.config.get("fast", 9) >= ctx.config.get("slow", 21):
        raise ValueError("fast must be less than slow")


def tick(ctx):
    symbol = ctx.config.get("symbol", "BTCUSDT")
    fast, slow = ctx.config.get("fast", 9), ctx.config.get("slow", 21)
    candles = ctx.bybit.get_kline(symbol, str(ctx.config.get("minutes", 1)), limit=DRAWN + slow)
    if "error" in candles:
        ctx.log.warn(f"{symbol}: {candles['error']}")
        ctx.monitor.render([ctx.monitor.status(f"prices of {symbol}", "error"), candles["error"]])
        return
    closes = [candle["close"] for candle in candles["list"][:-1]]  # the last one is open yet
    if len(closes) < slow:
        ctx.log.warn(f"{symbol} has {len(closes)} candles; the slow average needs {slow}")
        return
    fast_line, slow_line = averages(closes, fast), averages(closes, slow)
    position = "above" if fast_line[-1] > slow_line[-1] else "below"
    before = ctx.state.get(f"position {symbol}")
    if position != before:
        ctx.state.set(f"position {symbol}", position)
        if before is not None:
            turned(ctx, symbol, position, closes[-1])
    ctx.monitor.render(
        [
            ctx.monitor.status(f"the fast average is {position}", "ok" if position == "above" else "idle"),
            ctx.monitor.metric(symbol, closes[-1], delta=closes[-1] - closes[-2]),
            ctx.monitor.metric("crosses", ctx.state.get("crosses", 0)),
            ctx.monitor.chart(
                {
                    "close": closes[-DRAWN:],
                    f"mean of {fast}": fast_line[-DRAWN:],
                    f"mean of {slow}": slow_line[-DRAWN:],
                }
            ),
        ]
    )


def averages(values, size):
    """Give the mean of each value and those before it, None where there are too few."""
    means, total = [], 0.0
    for n, value in enumerate(values):
        total += value - (values[n - size] if n >= size else 0.0)
        means.append(total / size if n >= size - 1 else None)
    return means


def turned(ctx, symbol, position, price):
    ctx.state.set("crosses", ctx.state.get("crosses", 0) + 1)
    ctx.log.info(f"{symbol}: the fast average is {position} the slow one now, at {price:g}")


def on_error(ctx, error):
    ctx.log.error(f"{error.kind}: {error}")
