"""What tests share: one sandbox for each language, kept warm for the whole session."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import uuid
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

import peers.telegram
from cellblock import Outcome, Sandbox
from ordinary import OrdinaryHalf
from peers.telegram import Telegram
from redis_server import RedisServer

_Result = TypeVar("_Result")
_HALF = pytest.StashKey[OrdinaryHalf]()
SHARED = Path(__file__).parents[2] / "shared" / "data"


class Bench:
    """A sandbox on an event loop of its own, called without `await`."""

    def __init__(self, runner: asyncio.Runner, sandbox: Sandbox) -> None:
        self._runner = runner
        self.sandbox = sandbox

    def do(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run a coroutine to its end, within a minute."""
        return self._runner.run(asyncio.wait_for(work, 60))

    def still(self) -> None:
        """End the cells that wait for the next worker, for those who count what is left over."""
        self.do(self.stilled())

    async def stilled(self) -> None:
        """Do what `still` does, on the bench's loop."""
        cells = self.sandbox.host.cells
        pool = cells.pool
        pool.empty()
        while pool._filling or pool._soon or pool._endings or cells._burials:
            await asyncio.sleep(0.005)

    def run(self, code: str, **options: Any) -> Outcome:
        """Run code once."""
        return self.do(self.sandbox.run(code, **options))

    def output(self, code: str, **options: Any) -> str:
        """Run code that must end well, and give what it printed."""
        outcome = self.run(code, **options)
        assert outcome.ok, outcome.failure
        return outcome.output

    def failure(self, code: str, **options: Any) -> str:
        """Run code that must fail, and give ``Type: message``."""
        outcome = self.run(code, **options)
        assert outcome.failure is not None, outcome
        return str(outcome.failure)

    def ticks(self, source: str, count: int = 1, **options: Any) -> list[Outcome]:
        """Tick a worker *count* times."""

        async def work() -> list[Outcome]:
            async with self.sandbox.worker(source, **options) as worker:
                return [await worker.tick() for _ in range(count)]

        return self.do(work())


def open_bench(**options: Any) -> Iterator[Bench]:
    """Open a sandbox, and close it at the end."""
    with asyncio.Runner() as runner:
        sandbox = Sandbox(**options)
        runner.run(sandbox.__aenter__())
        try:
            yield Bench(runner, sandbox)
        finally:
            runner.run(sandbox.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """The contract's language, numpy and pandas."""
    yield from open_bench()


@pytest.fixture(scope="session")
def full() -> Iterator[Bench]:
    """All builtins, all modules, and ctypes: what native code in a worker could do."""
    yield from open_bench(language="full", preload=(), test_preload=("ctypes",))


@pytest.fixture(scope="session")
def candles() -> Path:
    """Real candles, where the shared data is."""
    path = SHARED / "xrpusdt-5m.csv"
    if not path.exists():
        assert os.environ.get("CI") != "true", f"{path} is missing"
        pytest.skip("the shared test data is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for those who leave it as they found it: each with a prefix of its own."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """An address under which nothing is kept yet."""
    return f"{redis_server.url}?prefix=test-{uuid.uuid4().hex}"


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    """Telegram's Bot API on the loopback, where the shared description of it is."""
    path = SHARED / "telegram-bot-api.json"
    if not path.exists():
        assert os.environ.get("CI") != "true", f"{path} is missing"
        pytest.skip("the shared description of the Bot API is not beside this checkout")
    with peers.telegram.telegram(path) as server:
        yield server


_ORDINARY = "test_all_of_it_holds_for_an_ordinary_user"
_LONG = (
    "tests/test_ordinary_user.py",
    "tests/test_matrix.py",
    "tests/journeys/test_kill_storm.py",
    "tests/journeys/test_no_secret_leaks.py",
    "tests/journeys/test_service.py",
    "tests/cli/test_run.py",
    "tests/supervisor/test_fleet.py",
    "tests/api/test_schema.py",
)
"""Files that take the most of a minute, or minutes; with several lanes they are begun first, so
that no lane is left with a long one at the end."""


def _is_lane(config: pytest.Config) -> bool:
    """Tell whether this process runs a part of the files, beside others."""
    return hasattr(config, "workerinput")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the test last that waits for the ordinary user's half; in a lane, the long files first."""
    if _is_lane(config):
        turns = {name: turn for turn, name in enumerate(_LONG)}
        items.sort(key=lambda item: turns.get(item.nodeid.partition("::")[0], len(turns)))
    else:
        items.sort(key=lambda item: item.name == _ORDINARY)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin the ordinary user's half, so that it runs beside the others; in a lane it is its turn."""
    wanted = any(item.name == _ORDINARY for item in session.items)
    if wanted and not _is_lane(session.config) and not session.config.option.collectonly:
        _begin_half(session)
    gc.collect()
    gc.freeze()  # what was collected stays to the end, and need not be looked through again


def _begin_half(session: pytest.Session) -> None:
    if os.getuid() == 0 and _HALF not in session.stash:
        assert shutil.which("unshare"), "unshare is needed: apt-get install util-linux"
        session.stash[_HALF] = OrdinaryHalf()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing running behind a run that was interrupted."""
    if _HALF in session.stash:
        session.stash[_HALF].close()


@pytest.fixture
def ordinary_half(request: pytest.FixtureRequest) -> OrdinaryHalf:
    """The half that was begun when the tests had been collected, or is begun now."""
    _begin_half(request.session)
    return request.session.stash[_HALF]
