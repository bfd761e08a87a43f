"""What the hostile programs aim at: real files, sockets, processes, and one eye on each of them.

Everything here would fall to a program that is not jailed: the file can be read by anyone, the
sockets take any peer, the process dies of any signal.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

_VICTIM = """
import os, signal, time
def heard(number, frame): os.write(1, b"signal %d\\n" % number)
for number in set(range(1, 65)) - {9, 19, 32, 33}: signal.signal(number, heard)
os.write(1, b"ready\\n")
while True: time.sleep(3600)
"""


class Targets:
    """Use it as a context manager."""

    def __init__(self) -> None:
        self.tokens = {
            name: f"{name}-{secrets.token_hex(12)}"
            for name in ("file", "listing", "environment", "host-memory", "state", "neighbour")
        }
        self._stack = contextlib.ExitStack()
        self._sockets: dict[str, socket.socket] = {}
        self.config: dict[str, Any] = {}

    def __enter__(self) -> Self:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="cellblock-")))
        folder.chmod(0o755)
        secret = folder / "secret.txt"
        secret.write_text(self.tokens["file"], "utf-8")
        (folder / self.tokens["listing"]).write_text("", "utf-8")
        os.environ["CELLBLOCK_TEST_SECRET"] = self.tokens["environment"]
        self._stack.callback(os.environ.pop, "CELLBLOCK_TEST_SECRET")
        self._sockets = {
            "tcp": self._listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "udp": self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "unix": self._listen(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
            "abstract": self._listen(
                socket.AF_UNIX, socket.SOCK_STREAM, f"\0cellblock-{secrets.token_hex(6)}"
            ),
        }
        (folder / "socket").chmod(0o777)
        self._victim = self._stack.enter_context(
            subprocess.Popen([sys.executable, "-I", "-c", _VICTIM], stdout=subprocess.PIPE)
        )
        self._stack.callback(self._victim.kill)
        assert self._victim.stdout
        self._victim.stdout.readline()
        os.set_blocking(self._victim.stdout.fileno(), False)
        self._signals: list[int] = []
        for number in (
            signal.SIGUSR1,
            signal.SIGUSR2,
            signal.SIGHUP,
            signal.SIGTERM,
            signal.SIGURG,
        ):
            before = signal.signal(number, lambda got, _frame: self._signals.append(got))
            self._stack.callback(signal.signal, number, before)
        abstract = self._sockets["abstract"].getsockname()
        self.config = {
            "secret_file": str(secret),
            "folder": str(folder),
            "tcp": self._sockets["tcp"].getsockname()[1],
            "udp": self._sockets["udp"].getsockname()[1],
            "unix": str(folder / "socket"),
            "abstract": abstract[1:].decode() if isinstance(abstract, bytes) else abstract[1:],
            "victim": self._victim.pid,
            "host": os.getpid(),
        }
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _listen(self, family: int, kind: int, address: Any) -> socket.socket:
        made = self._stack.enter_context(socket.socket(family, kind))
        made.bind(address)
        if kind == socket.SOCK_STREAM:
            made.listen(64)
        made.setblocking(False)
        return made

    def harm(self) -> list[str]:
        """Tell what has happened to the targets since the last look."""
        found = []
        for name, listening in self._sockets.items():
            with contextlib.suppress(BlockingIOError):
                if name == "udp":
                    listening.recv(1)
                else:
                    listening.accept()[0].close()
                found.append(f"{name} traffic")
        assert self._victim.stdout
        heard = self._victim.stdout.read()
        if heard:
            found.append(f"another process got {heard.decode().strip()}")
        state = Path(f"/proc/{self._victim.pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state not in "SRD":
            found.append(f"another process is in state {state}")
        found += [f"the host got signal {number}" for number in self._signals]
        self._signals.clear()
        names = set(os.listdir(self.config["folder"]))
        if names != {"secret.txt", self.tokens["listing"], "socket"}:
            found.append("the folder has changed")
        if Path(self.config["secret_file"]).read_text() != self.tokens["file"]:
            found.append("the file has changed")
        return found

    def told(self, text: str) -> list[str]:
        """Find secrets, and claims of success, in what a program said."""
        found = [
            f"learned the {name} token" for name, token in self.tokens.items() if token in text
        ]
        claims = [line[:200] for line in text.splitlines() if line.startswith("ESCAPED")]
        return found + claims
