"""
Tells when a price has moved, and draws its last hours.

Candles of Bybit are public and need no key. An alert goes to Telegram where a bot is connected, else
to the log.
Settings (ctx.config): `symbol`, `percent` (how far the price must move since the last alert).
"""


def tick(ctx):
    symbol = ctx.config.get("symbol", "BTCUSDT")
    percent = ctx.config.get("percent", 1.0)
    candles = ctx.bybit.get_kline(symbol, "1", limit=180)
    if "error" in candles:
        ctx.log.warn(f"{symbol}: {candles['error']}")
        ctx.monitor.render([ctx.monitor.status(f"prices of {symbol}", "error"), candles["error"]])
        return
    closes = [candle["close"] for candle in candles["list"]]
    price = closes[-1]
    told = ctx.state.get(f"told {symbol}", price)
    moved = (price / told - 1) * 100
    if abs(moved) >= percent:
        tell(ctx, f"{symbol} moved {moved:+.2f} % to {price:g}")
        told = price
    ctx.state.set(f"told {symbol}", told)
    ctx.monitor.render(
        [
            ctx.monitor.status(f"prices of {symbol}", "ok"),
            ctx.monitor.metric(symbol, price, delta=price - closes[0]),
            ctx.monitor.chart({"close": closes}),
            ctx.monitor.text(f"An alert comes {percent:g} % from {told:g}."),
        ]
    )


def tell(ctx, text):
    if "telegram" not in ctx.connected:
        ctx.log.info(text)
        return
    answer = ctx.telegram.send(text)
    if "error" in answer:
        ctx.log.error(f"not sent: {answer['error']}: {text}")


def on_error(ctx, error):
    ctx.log.error(f"{error.kind}: {error}")
