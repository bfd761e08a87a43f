"""Round trip of a tick and of `ctx.state.get` on each store, beside a raw pipe and redis-py.

The raw pipe is what two processes need to pass a message there and back with nothing done to it;
redis-py over a Unix socket is what a program without a jail would call; a host, which serves many
at once, is to be measured by its asyncio form. Rounds are interleaved, for machines are shared:
*added* is what the median has beyond the raw pipe's, and beyond the store's own client where that
is another process. *Work* is the processor time of both sides together.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import redis
import redis.asyncio
import uvloop

import measure
import rivals
from cellblock import Sandbox
from measure import Column, Goal, Report, Row

CALLS = 300
TICKS = 100
REST_S = 0.2
"""Between rounds, so that a worker stays under the rate that it is held to."""
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
PIPE, TICK, CLIENT = "raw pipe, to and fro", "tick that does nothing", "redis-py, asyncio"
MEMORY, SQLITE, REDIS = (f"ctx.state.get, {name}" for name in ("memory", "sqlite", "redis"))
OURS = (TICK, MEMORY, SQLITE, REDIS)
ADDED_US = {TICK: 80.0, MEMORY: 60.0, SQLITE: 60.0}
"""Goals: what the median may add to what the pipe needs by itself."""
ON_REDIS = """
A get on Redis has no goal. It takes {times:.1f} times as long as redis-py's asyncio form, for it
goes through three processes: four wake-ups (the host, Redis, the host again, the worker), where the
client alone has two.
"""


class Round(NamedTuple):
    """What one round found."""

    times: list[float]
    """Seconds of each call."""
    work: float
    """Processor seconds of both sides for each call."""


Take = Callable[[], Awaitable[Round]]


class Pipe:
    """A process that sends back what it gets, over two pipes."""

    def __init__(self) -> None:
        there, self._writing = os.pipe()
        self._reading, back = os.pipe()
        code = "import os\nwhile data := os.read(0, 200): os.write(1, data)"
        self._process = subprocess.Popen([sys.executable, "-c", code], stdin=there, stdout=back)
        os.close(there)
        os.close(back)

    async def round(self) -> Round:
        """Send a call's worth of bytes to and fro."""
        times, before = [], spent(self._process.pid)
        for _ in range(CALLS):
            begun = time.perf_counter()
            os.write(self._writing, b"x" * 40)
            os.read(self._reading, 200)
            times.append(time.perf_counter() - begun)
        return Round(times, (spent(self._process.pid) - before) / CALLS)

    def close(self) -> None:
        """End it."""
        os.close(self._writing)
        self._process.wait()
        os.close(self._reading)


class Server:
    """A Redis of our own on a Unix socket, with nothing kept on disk."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        assert program is not None
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

    async def round(self) -> Round:
        """Read one field, CALLS times, as a program with redis-py does."""
        times, before = [], spent(self._process.pid)
        for _ in range(CALLS):
            begun = time.perf_counter()
            json.loads(self._client.hget("bench", "k"))  # type: ignore[arg-type]
            times.append(time.perf_counter() - begun)
        return Round(times, (spent(self._process.pid) - before) / CALLS)

    async def asynchronous(self) -> Round:
        """Do the same as a program does that serves many at once, as a host must."""
        client = redis.asyncio.Redis(unix_socket_path=str(self.path))
        await client.hget("bench", "k")  # type: ignore[misc]
        times, before = [], spent(self._process.pid)
        for _ in range(CALLS):
            begun = time.perf_counter()
            json.loads(await client.hget("bench", "k"))  # type: ignore[misc,arg-type]
            times.append(time.perf_counter() - begun)
        work = (spent(self._process.pid) - before) / CALLS
        await client.aclose()
        return Round(times, work)

    def close(self) -> None:
        """End it."""
        self._client.close()
        self._process.terminate()
        self._process.wait()


def spent(pid: int) -> float:
    """Give the processor time of this process and of the other side."""
    return time.process_time() + measure.work_s(pid)


async def asking(sandbox: Sandbox, stack: AsyncExitStack, state: str, name: str) -> Take:
    """Start a jailed worker on a store; gives one tick of it as a round."""
    worker = await stack.enter_async_context(sandbox.worker(SOURCE, name=name, state=state))

    async def round_() -> Round:
        assert worker.pid
        before = spent(worker.pid)
        outcome = await worker.tick()
        work = (spent(worker.pid) - before) / CALLS
        assert outcome.ok, outcome.failure
        return Round([us / 1e6 for us in json.loads(outcome.output)], work)

    return round_


async def ticking(sandbox: Sandbox, stack: AsyncExitStack) -> Take:
    """Start a jailed worker that does nothing; gives some of its ticks as a round."""
    worker = await stack.enter_async_context(sandbox.worker("def tick(ctx): pass", name="idle"))

    async def round_() -> Round:
        assert worker.pid
        times, before = [], spent(worker.pid)
        for _ in range(TICKS):
            begun = time.perf_counter()
            outcome = await worker.tick()
            times.append(time.perf_counter() - begun)
            assert outcome.ok, outcome.failure
        return Round(times, (spent(worker.pid) - before) / TICKS)

    return round_


async def measured(rounds: int, folder: Path, server: Server | None) -> dict[str, list[Round]]:
    """Run every round in turn, the first to warm up."""
    pipe = Pipe()
    stores = {"memory": "memory", "sqlite": f"sqlite:///{folder / 'state.db'}"}
    table: dict[str, Take] = {PIPE: pipe.round}
    if server is not None:
        table |= {"redis-py": server.round, CLIENT: server.asynchronous}
        stores["redis"] = f"unix://{server.path}"
    try:
        async with Sandbox(preload=()) as sandbox, AsyncExitStack() as stack:
            table[TICK] = await ticking(sandbox, stack)
            for name, state in stores.items():
                table[f"ctx.state.get, {name}"] = await asking(sandbox, stack, state, name)
            found: dict[str, list[Round]] = {name: [] for name in table}
            for number in range(rounds + 1):
                for name, one in table.items():
                    round_ = await one()
                    if number:
                        found[name].append(round_)
                await asyncio.sleep(REST_S)
            return found
    finally:
        pipe.close()


def compare(found: dict[str, list[Round]]) -> dict[str, measure.Ratio]:
    """Compare our work with the raw pipe's, and what stands on Redis with redis-py's."""
    ratios = {}
    for name in set(OURS) & found.keys():
        peer = CLIENT if name == REDIS else PIPE
        ours, theirs = found[name], found[peer]
        ratios[f"work of a {name} / {peer}"] = measure.ratio(
            [one.work for one in ours], [one.work for one in theirs]
        )
        ratios[f"time of a {name} / {peer}"] = measure.ratio(
            [measure.middle(one.times) for one in ours],
            [measure.middle(one.times) for one in theirs],
            wall=True,
        )
    return ratios


def said_of_redis(middles: dict[str, float]) -> str:
    """Say what a get costs there beside the client that a host must use, and why."""
    return ON_REDIS.format(times=middles[REDIS] / middles[CLIENT])


def report(found: dict[str, list[Round]]) -> Report:
    """Make the table."""
    middles = {
        name: measure.middle([t for one in rounds for t in one.times]) * 1e6
        for name, rounds in found.items()
    }
    rows, goals = [], []
    for name, rounds in found.items():
        times = [t * 1e6 for one in rounds for t in one.times]
        added = None
        if name in OURS:
            client = middles[CLIENT] if name == REDIS else 0.0
            added = middles[name] - middles[PIPE] - client
        if name in ADDED_US and added is not None:
            goals.append(Goal(f"added by a {name}", added, ADDED_US[name], unit="µs"))
        work = measure.middle([one.work for one in rounds]) * 1e6
        rows.append(Row(name, (middles[name], measure.percentile(times, 0.99), added, work)))
    if CLIENT not in found:
        rows.append(Row(CLIENT, (), rivals.missing("redis-py")))
    return Report(
        name="ctx",
        title="A tick and a ctx call, there and back, µs",
        about=(__doc__ or "") + (said_of_redis(middles) if REDIS in found else ""),
        columns=tuple(Column(name) for name in ("p50", "p99", "added", "work")),
        rows=tuple(rows),
        goals=tuple(goals),
        ratios=compare(found),
        unable={} if CLIENT in found else {"redis": rivals.missing("redis-py")},
    )


def take(options: Namespace) -> Report:
    """Measure; in short on one processor, where no wake-up of another one adds its noise."""
    if options.short:
        measure.one_processor()
    rounds = 8 if options.short else options.rounds
    with tempfile.TemporaryDirectory() as folder:
        server = None if rivals.missing("redis-py") else Server(Path(folder))
        try:
            return report(uvloop.run(measured(rounds, Path(folder), server)))
        finally:
            if server is not None:
                server.close()


if __name__ == "__main__":
    given = measure.parser(__doc__)
    given.add_argument("--rounds", type=int, default=30)
    sys.exit(measure.main(given.parse_args(), take))
