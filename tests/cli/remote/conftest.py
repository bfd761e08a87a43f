"""A server of its own for these tests: the real `cellblock serve`, as a process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cellblock.cli import hush
from cellblock.cli.main import main
from cellblock.jail.kernel import process

START_S = 60.0


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass
class Server:
    """`cellblock serve` on a data directory; it can be ended and started again."""

    data: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(json.loads((self.data / "server.json").read_text())["url"])

    @property
    def token(self) -> str:
        """What opens it."""
        return (self.data / "admin.token").read_text().strip()

    def start(self, port: int = 0) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "cellblock", "serve", "--data", str(self.data)]
        with (self.data / "serve.log").open("ab") as log:
            self.process = subprocess.Popen([*command, "--port", str(port)], stderr=log)
        deadline = time.monotonic() + START_S
        while not (self.data / "server.json").exists():
            assert self.process.poll() is None, (self.data / "serve.log").read_text()
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)

    def end(self) -> None:
        """End it in good order."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait(10)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all of these tests; each uses names of its own."""
    served = Server(tmp_path_factory.mktemp("served"))
    served.start()
    yield served
    served.end()


@pytest.fixture
def away(tmp_path, monkeypatch):
    """Work in a folder of its own, as somebody who never used Cellblock."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("CELLBLOCK_SERVER", raising=False)
    monkeypatch.delenv("CELLBLOCK_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(away, monkeypatch, capsys, server):
    """Run a command in this process; no answer of it may hold the token."""
    monkeypatch.setattr(process, "set_dumpable", lambda _on: None)
    monkeypatch.setattr(hush, "install", lambda _scrub: None)

    def run(*arguments, stdin="", at=("--data", server.data)):
        words = [str(word) for word in (*arguments, *at)]
        monkeypatch.setattr(sys, "argv", ["cellblock", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        done = Done(int(ended.value.code or 0), *capsys.readouterr())
        assert server.token not in done.out + done.err
        return done

    return run


@pytest.fixture
def well(run):
    """Run a command that must end well, and give what it printed."""

    def well(*arguments, **more):
        done = run(*arguments, **more)
        assert done.code == 0, done
        return done.out

    return well


@pytest.fixture
def begin(away, server):
    """Start a command as a process of its own, ended with the test."""
    begun = []

    def begin(*arguments, **more):
        command = [sys.executable, "-m", "cellblock", *map(str, arguments)]
        made = subprocess.Popen(
            [*command, "--data", str(server.data)],
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more,
        )
        begun.append(made)
        return made

    yield begin
    for made in begun:
        with contextlib.suppress(ProcessLookupError):
            made.kill()
        made.communicate(timeout=10)


def until(look, seconds=30.0):
    """Look until it gives something, and give that."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


def environment() -> dict[str, str]:
    """Give the environment of now, for a process."""
    return dict(os.environ)
