"""A service as a process of its own, driven over HTTP and seen in /proc, for the journeys."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx


class Serving:
    """``cellblock serve`` on a data directory, started and ended again and again."""

    def __init__(
        self, data: Path, *options: str, site: Path | None = None, log: Path | None = None
    ) -> None:
        self.data = data
        self._log = (log or data.parent) / f"{data.name}.log"
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.environment = dict(os.environ)
        if site is not None:
            paths = [str(site), os.environ.get("PYTHONPATH", "")]
            self.environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        self._web = httpx.Client(timeout=30, trust_env=False)

    @property
    def pid(self) -> int:
        """The host."""
        assert self.process is not None
        return self.process.pid

    @property
    def said(self) -> str:
        """All that was written to stderr since the first start."""
        return self._log.read_text(encoding="utf-8")

    def start(self, deadline_s: float = 60.0) -> None:
        """Start it, and wait until it answers."""
        self.launch()
        self.wait_ready(deadline_s)

    def launch(self) -> None:
        """Start it."""
        (self.data / "server.json").unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "cellblock", "serve"),
                    *("--data", str(self.data), "--port", "0", *self.options),
                ],
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self.data.parent,
            )

    def wait_ready(self, deadline_s: float = 60.0) -> None:
        """Wait until it answers."""
        wait_for(self.ready, deadline_s, lambda: self.said[-3_000:])

    def ready(self) -> bool:
        """Tell whether it answers; AssertionError if it has ended."""
        assert self.process is not None
        assert self.process.poll() is None, self.said[-3_000:]
        try:
            told = json.loads((self.data / "server.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return False
        self.url = told["url"]
        try:
            return self._web.get(f"{self.url}/health").status_code in {200, 503}
        except httpx.TransportError:
            return False

    @property
    def token(self) -> str:
        """The administrator's."""
        return (self.data / "admin.token").read_text(encoding="utf-8").strip()

    def ask(self, method: str, path: str, expect: int | None = None, **options: Any) -> Any:
        """Make a request under /api/v1; gives the JSON, or the text of what is none."""
        where = path if path in {"/health", "/metrics"} else f"/api/v1{path}"
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        answer = self._web.request(method, f"{self.url}{where}", headers=headers, **options)
        if expect is None:
            assert answer.status_code < 400, (method, path, answer.status_code, answer.text[:2_000])
        else:
            assert answer.status_code == expect, (method, path, answer.status_code, answer.text)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        is_json = kind in {"application/json", "application/problem+json"}
        return json.loads(answer.text) if is_json else answer.text

    def deploy(self, name: str, source: str, *, workspace: str = "default", **settings: Any) -> Any:
        """Deploy without the check, which costs a process."""
        return self.ask(
            "PUT",
            f"/workspaces/{workspace}/workers/{name}?check=false",
            json={"source": source, "settings": settings},
        )

    def worker(self, name: str, workspace: str = "default") -> Any:
        """Give the WorkerView."""
        return self.ask("GET", f"/workspaces/{workspace}/workers/{name}")

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Give the items of every page."""
        cursor = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.ask("GET", path, params={"limit": 500, **query, **more})
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def stop(self, deadline_s: float = 30.0) -> int:
        """Ask it to end, as systemd does; gives the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(deadline_s)

    def kill(self) -> None:
        """Kill the host, and nothing but the host."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Let nothing run on."""
        self._web.close()
        if self.process is not None and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()


def wait_for(
    true: Callable[[], Any], deadline_s: float = 30.0, told: Callable[[], object] = lambda: ""
) -> Any:
    """Wait until *true*, and give what it gave; AssertionError with *told* at the deadline."""
    until = time.monotonic() + deadline_s
    while not (found := true()):
        assert time.monotonic() < until, (f"not within {deadline_s:g} s", told())
        time.sleep(0.02)
    return found


def family(host: int) -> tuple[list[int], list[int]]:
    """Give the zygotes' processes and the jailed workers' of a host."""
    found: dict[int, tuple[int, int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError, ValueError, KeyError):
                text = (path / "status").read_text(encoding="utf-8", errors="replace")
                fields = dict(line.split(":", 1) for line in text.splitlines())
                if "Z" not in fields["State"]:
                    filters = int(fields.get("Seccomp_filters", "0"))
                    found[int(path.name)] = int(fields["PPid"]), filters
    zygotes, workers, level = [], [], {host}
    while level:
        level = {pid for pid, (parent, _) in found.items() if parent in level}
        for pid in level:
            parent, filters = found[pid]
            # A worker has a filter more than its zygote, from the moment when it is jailed.
            jailed = parent != host and filters > found[parent][1]
            (workers if jailed else zygotes).append(pid)
    return zygotes, workers
