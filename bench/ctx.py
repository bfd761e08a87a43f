"""Round trip of `ctx.state.get` on each store, beside a raw pipe and redis-py, in one run.

The raw pipe is what two processes need to pass a message there and back with nothing done to it;
redis-py over a Unix socket is what a program without a jail would call; a host, which serves many
at once, is to be measured by its asyncio form. Rounds are interleaved, for
machines are shared: the differences of medians are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import redis
import redis.asyncio
import uvloop

from cellblock import Sandbox

CALLS = 300
ADDED_US = 60.0
"""Goal: the median that the broker may add to what the pipe and the store need by themselves."""
SOURCE = f"""
import json, time

def setup(ctx):
    ctx.state.set("k", {{"price": 42.5, "seen": [1, 2, 3]}})

def tick(ctx):
    get, now, times = ctx.state.get, time.perf_counter, []
    for _ in range({CALLS}):
        begun = now()
        get("k")
        times.append(round((now() - begun) * 1e6, 1))
    print(json.dumps(times))  # a log line has 4,000 characters
"""
Round = Callable[[], Awaitable[list[float]]]


class Pipe:
    """A process that sends back what it gets, over two pipes."""

    def __init__(self) -> None:
        there, self._writing = os.pipe()
        self._reading, back = os.pipe()
        code = "import os\nwhile data := os.read(0, 200): os.write(1, data)"
        self._process = subprocess.Popen([sys.executable, "-c", code], stdin=there, stdout=back)
        os.close(there)
        os.close(back)

    async def round(self) -> list[float]:
        """Send a call's worth of bytes to and fro."""
        times = []
        for _ in range(CALLS):
            begun = time.perf_counter()
            os.write(self._writing, b"x" * 40)
            os.read(self._reading, 200)
            times.append(time.perf_counter() - begun)
        return times

    def close(self) -> None:
        """End it."""
        os.close(self._writing)
        self._process.wait()
        os.close(self._reading)


class Server:
    """A Redis of our own on a Unix socket, with nothing kept on disk."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise SystemExit("redis-server is not on PATH; apt-get install redis-server")
        self.path = folder / "redis.sock"
        places = f"--port 0 --unixsocket {self.path} --dir {folder}".split()
        command = [program, *places, "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self._client = redis.Redis(unix_socket_path=str(self.path))
        for _ in range(100):
            if self.path.exists():
                break
            time.sleep(0.05)
        self._client.hset("bench", "k", b'{"price":42.5,"seen":[1,2,3]}')

    async def round(self) -> list[float]:
        """Read one field, CALLS times, as a program with redis-py does."""
        times = []
        for _ in range(CALLS):
            begun = time.perf_counter()
            json.loads(self._client.hget("bench", "k"))  # type: ignore[arg-type]
            times.append(time.perf_counter() - begun)
        return times

    async def asynchronous(self) -> list[float]:
        """Do the same as a program does that serves many at once, as a host must."""
        client = redis.asyncio.Redis(unix_socket_path=str(self.path))
        times = []
        for _ in range(CALLS):
            begun = time.perf_counter()
            json.loads(await client.hget("bench", "k"))  # type: ignore[misc,arg-type]
            times.append(time.perf_counter() - begun)
        await client.aclose()
        return times

    def close(self) -> None:
        """End it."""
        self._client.close()
        self._process.terminate()
        self._process.wait()


async def worker(sandbox: Sandbox, stack: AsyncExitStack, state: str, name: str) -> Round:
    """Start a jailed worker on a store; gives one tick of it as a round."""
    ticking = await stack.enter_async_context(sandbox.worker(SOURCE, name=name, state=state))

    async def round_() -> list[float]:
        outcome = await ticking.tick()
        assert outcome.ok, outcome.failure
        return [us / 1e6 for us in json.loads(outcome.output)]

    return round_


async def measure(rounds: int, folder: Path) -> dict[str, list[float]]:
    """Run every round in turn; gives all times in seconds by what was timed."""
    pipe, server = Pipe(), Server(folder)
    try:
        async with Sandbox(preload=()) as sandbox, AsyncExitStack() as stack:
            stores = {
                "memory": "memory",
                "sqlite": f"sqlite:///{folder / 'state.db'}",
                "redis": f"unix://{server.path}",
            }
            table: dict[str, Round] = {"raw pipe": pipe.round, "redis-py": server.round}
            table["redis-py, asyncio"] = server.asynchronous
            for name, state in stores.items():
                table[f"ctx, {name}"] = await worker(sandbox, stack, state, name)
            times: dict[str, list[float]] = {name: [] for name in table}
            for _ in range(rounds):
                for name, one in table.items():
                    times[name] += await one()
                await asyncio.sleep(0.2)  # under the rate that a worker is held to
            return times
    finally:
        pipe.close()
        server.close()


def main() -> int:
    """Measure and print; exit 1 if the broker adds more than the goal on memory or on Redis."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times = uvloop.run(measure(options.rounds, Path(folder)))
    medians = {name: statistics.median(found) * 1e6 for name, found in times.items()}
    bare = {"memory": 0.0, "sqlite": 0.0, "redis": medians["redis-py, asyncio"]}
    print(
        f"{'ctx.state.get, round trip':28}{'p50 µs':>10}{'p99 µs':>10}{'added µs':>11}{'goal':>8}"
    )
    missed = False
    for name, found in times.items():
        p99 = sorted(found)[len(found) * 99 // 100] * 1e6
        line = f"{name:28}{medians[name]:10.1f}{p99:10.1f}"
        store = name.removeprefix("ctx, ")
        if store in bare:
            added = medians[name] - medians["raw pipe"] - bare[store]
            goal = ADDED_US if store != "sqlite" else None
            missed = missed or (goal is not None and added > goal)
            line += f"{added:11.1f}{f'{goal:g}' if goal else '-':>8}"
        print(line)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
