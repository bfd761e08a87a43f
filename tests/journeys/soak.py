"""The kill storm for as long as is wanted: ``python -m journeys.soak --seconds 1800``."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from journeys.storm import Plan, Storm


def main() -> None:
    """Run one storm, and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1_800.0)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    given = parser.parse_args()
    sys.stdout.write(f"seed {given.seed}\n")
    plan = Plan(
        workers=given.workers,
        kills=sys.maxsize,
        seconds=given.seconds,
        seed=given.seed,
        pause_s=(0.5, 10.0),
    )
    with tempfile.TemporaryDirectory(prefix="cellblock-soak-") as folder:
        sys.stdout.write(f"{Storm(Path(folder), plan).run()}\n")


if __name__ == "__main__":
    main()
