"""What is run in both places: four ways of keeping a processor busy, and `measure`.

Written in the contract's language, for the worker's sake.
"""

import json
import time

import numpy as np
import pandas as pd

generator = np.random.default_rng(7)
left, right = generator.normal(size=(2, 400, 400))
table = pd.DataFrame(
    {
        "key": generator.integers(0, 1_000, 200_000),
        "kind": generator.integers(0, 5, 200_000),
        "value": generator.normal(size=200_000),
    }
)
document = [
    {"n": n, "price": n * 1.25, "name": f"name-{n}", "tags": ["a", "b", None, True]}
    for n in range(4_000)
]


class Account:
    """Something with methods."""

    def __init__(self, balance: int) -> None:
        self.balance = balance

    def pay(self, amount: int) -> int:
        """Change an attribute."""
        self.balance += amount
        return self.balance


def python() -> int:
    """Loops, calls, attributes, small objects, dicts and text."""
    counts = {}
    account = Account(0)
    for n in range(60_000):
        key = n * 7919 % 1013
        counts[key] = counts.get(key, 0) + 1
        account.pay(key & 3)
        if n % 5 == 0:
            counts[key] += len(f"{n}:{key}".split(":"))
    pairs = sorted((value, key) for key, value in counts.items())
    return account.balance + len([Account(value) for value, _ in pairs])


def json_() -> list:
    """Text of a document and back."""
    return json.loads(json.dumps(document))


def matmul() -> np.ndarray:
    """Products of matrices, the library's own threads being one."""
    return (left @ right) @ (right @ left)


def groupby() -> pd.DataFrame:
    """A table by two keys, with what that allocates."""
    return table.groupby(["key", "kind"])["value"].agg(["mean", "std"])


WORK = {"python": python, "json": json_, "matmul": matmul, "groupby": groupby}


def measure(name: str) -> list[str | float]:
    """Give the workload's name, wall seconds and processor seconds of one run."""
    work = WORK[name]
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    return [name, wall_s, cpu_s]
