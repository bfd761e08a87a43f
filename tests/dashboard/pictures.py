"""Take the pictures of the dashboard that the README shows, light and dark: ``make pictures``.

A real service with workers that live for a minute and a half, and the browser of the tests.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from dashboard.browser import Engine, Town, visit, watched
from journeys.serving import wait_for

OUT = Path(__file__).parents[2] / "docs" / "images"
LIVE_S = 90.0
PRICE = '''\
"""
Watches a price and its moving averages, and keeps a position on paper.
"""

import math


def setup(ctx):
    ctx.log.info(f"watching {ctx.config['symbol']}, {ctx.config['fast']} over {ctx.config['slow']}")


def price_of(n, seed):
    slow = 6 * math.sin(n / 17 + seed) + 3 * math.sin(n / 5.3 + 2 * seed)
    return 100 * (1 + seed) + slow + math.sin(n * 12.9898 + seed) * 0.8


def mean(values):
    return sum(values) / len(values)


def tick(ctx):
    price = round(price_of(ctx.tick.n, ctx.config["seed"]), 2)
    prices = [*ctx.state.get("prices", []), price][-120:]
    ctx.state.set("prices", prices)
    fast, slow = (mean(prices[-ctx.config[key] :]) for key in ("fast", "slow"))
    position = "long" if fast > slow else "short"
    if position != ctx.state.get("position"):
        ctx.state.set("position", position)
        ctx.state.set("trades", [*ctx.state.get("trades", []), [ctx.tick.n, position, price]][-50:])
        ctx.log.warn(f"{position} at {price:.2f}: {fast:.2f} against {slow:.2f}")
    else:
        ctx.log.debug(f"{price:.2f}, {position}")
    draw(ctx, prices, position)


def draw(ctx, prices, position):
    mon, trades = ctx.monitor, ctx.state.get("trades", [])
    average = [round(mean(prices[max(0, n - ctx.config["slow"]) : n + 1]), 2) for n in range(len(prices))]
    mon.render(
        [
            mon.metric(ctx.config["symbol"], prices[-1], delta=round(prices[-1] - prices[0], 2)),
            mon.metric("position", position),
            mon.metric("trades", len(trades)),
            mon.status("feed", "ok"),
            mon.chart({"price": prices, "average": average}),
            mon.progress("history", len(prices) / 120),
            mon.table(["slot", "side", "price"], trades[-5:][::-1]),
        ]
    )
'''
REPORT = """
def tick(ctx):
    lines = [f"{name}: {ctx.state.get(name, 0)}" for name in ("orders", "fills", "errors")]
    ctx.state.set("orders", ctx.state.get("orders", 0) + 3)
    ctx.files.write("reports/today.txt", "\\n".join(lines))
    ctx.log.info("the report is written")
"""
FAILING = """
def tick(ctx):
    rows = ctx.state.get("rows", {"BTCUSDT": 97_120.5})
    ctx.state.set("rows", rows)
    ctx.files.write("signals.csv", "symbol,price\\n")
    if ctx.tick.n % 5 in (2, 3):
        ctx.http.get("http://127.0.0.1/rates")
        ctx.log.info(f"spread {rows['ETHUSDT'] - rows['BTCUSDT']}")


def on_error(ctx, error):
    ctx.log.error(f"{error.kind}: {error}")
"""
HOSTILE = (Path(__file__).parents[2] / "examples" / "hostile.py").read_text(encoding="utf-8")
HELLO = 'def tick(ctx):\n    print("hello", ctx.tick.n)\n'
WATCHED = ("btc-usdt", "eth-usdt", "sol-usdt", "xrp-usdt", "ada-usdt", "doge-usdt", "link-usdt")


def furnish(town: Town) -> None:
    """Fill the service with what a small desk would have."""
    for seed, name in enumerate(WATCHED):
        symbol = name.replace("-", "").upper()
        config = {"symbol": symbol, "fast": 5, "slow": 20, "seed": seed}
        town.deploy(name, PRICE, interval_s=1 + seed // 4, config=config)
    town.deploy("daily-report", REPORT, cron="*/1 * * * *", timezone="Europe/Berlin")
    town.deploy("spread", FAILING, interval_s=2, limits={"max_errors": 100})
    town.deploy("hello", HELLO, interval_s=5)
    town.deploy("night-watch", HELLO, interval_s=60)
    town.deploy("backfill", HELLO, interval_s=2)
    town.deploy("submitted", HOSTILE, interval_s=1, limits={"tick_timeout_s": 1})
    changed = PRICE.replace("[-120:]", "[-240:]").replace("/ 120", "/ 240")
    body = {"source": changed, "note": "a longer history"}
    town.api("PUT", "/workspaces/default/workers/btc-usdt", json=body)
    town.api("POST", "/workspaces/default/workers/night-watch/pause")
    town.api("POST", "/workspaces/default/workers/backfill/stop")
    town.api(
        "PUT",
        "/workspaces/default/connections/telegram/main",
        json={
            "settings": {"chat_id": "12345"},
            "secrets": {"token": "123456:not-a-real-token-of-anybody-at-all"},
        },
    )
    town.api(
        "POST",
        "/workspaces/default/alerts",
        json={"name": "in-trouble", "on": ["paused", "quarantined"], "channel": "log"},
    )
    town.api(
        "PUT", "/workspaces/default/files/candles/btc-usdt.csv", content=b"start,close\n" * 2000
    )
    town.token_of("operator", "default")


def _worker(name: str, tab: str) -> str:
    return f"w/default/workers/{name}/{tab}"


PICTURES = {
    "workers": "w/default/workers",
    "overview": _worker("btc-usdt", "overview"),
    "source": _worker("btc-usdt", "source"),
    "log": _worker("btc-usdt", "log"),
    "ticks": _worker("spread", "ticks"),
    "state": _worker("btc-usdt", "state"),
    "monitor": _worker("btc-usdt", "monitor"),
    "versions": _worker("btc-usdt", "versions"),
    "settings": _worker("btc-usdt", "settings"),
    "proof": _worker("btc-usdt", "proof"),
    "quarantine": _worker("submitted", "overview"),
    "new": "w/default/new",
    "files": "w/default/files",
    "connections": "w/default/connections",
    "alerts": "w/default/alerts",
    "access": "access",
    "audit": "audit",
    "system": "system",
}


def take(page: Page, name: str, theme: str) -> None:
    """Take one picture, with as few colours as it needs."""
    page.wait_for_timeout(2500)
    path = OUT / f"{name}-{theme}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)
    print(path.name, path.stat().st_size, flush=True)


def main(names: list[str]) -> None:
    """Take all pictures, or those that are named."""
    OUT.mkdir(exist_ok=True)
    wanted = {name: place for name, place in PICTURES.items() if not names or name in names}
    with tempfile.TemporaryDirectory(prefix="cellblock-") as folder:
        town = Town(Path(folder) / "data")
        town.data.mkdir(mode=0o700)
        engine = Engine()
        try:
            town.start()
            furnish(town)
            time.sleep(LIVE_S)
            wait_for(lambda: town.worker("submitted")["quarantined"])
            for theme in ("light", "dark"):
                with engine.awake() as browser:
                    if not names:
                        with watched(browser, town.url, color_scheme=theme) as page:
                            page.watch.expect("status of 401")
                            take(page, "login", theme)
                    cookie = town.cookie(town.token)
                    with watched(browser, town.url, cookie, color_scheme=theme) as page:
                        page.wait_for_timeout(2000)
                        for name, place in wanted.items():
                            visit(page, place)
                            take(page, name, theme)
                        page.set_viewport_size({"width": 390, "height": 844})
                        visit(page, PICTURES["workers"])
                        take(page, "phone", theme)
        finally:
            engine.close()
            town.close()


if __name__ == "__main__":
    main(sys.argv[1:])
