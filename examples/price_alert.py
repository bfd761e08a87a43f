"""
Tells on Telegram when a price has moved, and shows it on the monitor.

Connections: `bybit` (public data needs no key), `monitor`, and `telegram` with a default chat; without
Telegram the alert goes to the log.
Settings (ctx.config): `symbol`, `percent` (how far the price must move).
"""


def tick(ctx):
    symbol = ctx.config.get("symbol", "BTCUSDT")
    ticker = ctx.bybit.get_tickers(symbol)
    if "error" in ticker:
        ctx.log.warn(f"{symbol}: {ticker['error']}")
        return
    price = ticker["last_price"]
    before = ctx.state.get("alerted_at", price)
    moved = (price / before - 1) * 100
    if abs(moved) >= ctx.config.get("percent", 1.0):
        alert(ctx, f"{symbol} moved {moved:+.2f} % to {price:g}")
        before = price
    ctx.state.set("alerted_at", before)
    ctx.monitor.render(
        [
            ctx.monitor.metric(symbol, price, delta=price - before),
            ctx.monitor.text(f"An alert comes {ctx.config.get('percent', 1.0):g} % from {before:g}."),
        ]
    )


def alert(ctx, text):
    if "telegram" not in ctx.connected:
        ctx.log.info(text)
        return
    answer = ctx.telegram.send(text)
    if "error" in answer:
        ctx.log.error(f"not sent: {answer['error']}: {text}")


def on_error(ctx, error):
    ctx.log.error(f"{error.kind}: {error}")
