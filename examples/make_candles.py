"""Write synthetic 5-minute candles: a seeded random walk with a slow swing, so that averages cross."""

import argparse
import math
import random


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("path")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--count", type=int, default=2000)
    chosen = options.parse_args()
    dice = random.Random(chosen.seed)
    start_ms, price = 1_700_000_100_000, 100.0
    with open(chosen.path, "w", encoding="utf-8") as file:
        file.write("start_ms,open,high,low,close,volume\n")
        for n in range(chosen.count):
            opened = price
            price *= math.exp(dice.gauss(0.0004 * math.sin(n / 9), 0.001))
            high = max(opened, price) * (1 + abs(dice.gauss(0, 0.0004)))
            low = min(opened, price) * (1 - abs(dice.gauss(0, 0.0004)))
            volume = dice.uniform(10, 500)
            file.write(
                f"{start_ms + n * 300_000},{opened:.4f},{high:.4f},{low:.4f},{price:.4f},{volume:.1f}\n"
            )


if __name__ == "__main__":
    main()
