"""Fuzz the host's side of the wire with atheris, guided by coverage; or judge inputs kept before.

    python fuzz/frames.py --seconds 3600         # corpus and crashes under build/fuzz
    python fuzz/frames.py build/fuzz/crashes/*   # play these again, without atheris

Exit code: 0 nothing was found, 1 something was, 2 it could not run.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import hostile_frames as hostile

ROOT = Path(__file__).resolve().parents[1]
_INPUT_S = 10
"""One input takes well under a millisecond; so long is a hang."""
_MEMORY_MB = 1_024
_INPUT_BYTES = 4_096


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("inputs", nargs="*", type=Path, help="play these and end")
    parser.add_argument("--seconds", type=int, default=3_600, help="how long at the most")
    parser.add_argument("--runs", type=int, default=-1, help="how many inputs at the most")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "fuzz")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    choice = parser.parse_args()
    if choice.inputs:
        return replay(choice.inputs)
    if importlib.util.find_spec("atheris") is None:
        print(
            f"atheris is not installed for Python {platform.python_version()} on "
            f"{platform.machine()}; atheris 3 has builds for 3.11, 3.12 and 3.13 on x86_64: "
            "make PYTHON=python3.13 VENV=.venv-fuzz fuzz",
            file=sys.stderr,
        )
        return 2
    if choice.inside:
        _fuzz(choice)  # which ends the process
    return watch(choice)


def replay(inputs: list[Path]) -> int:
    """Judge each file; the first finding is raised with its traceback."""
    from host_side import Ground, judge

    with tempfile.TemporaryDirectory(dir=in_memory()) as home, Ground(Path(home)) as ground:
        for path in inputs:
            host = judge(ground, path.read_bytes())
            print(f"{path}: {host.breach or host.session.state.value}")
    return 0


def watch(choice: argparse.Namespace) -> int:
    """Fuzz in a process of its own, for a hang or a fault of native code ends that one only."""
    crashes, corpus = choice.folder / "crashes", choice.folder / "corpus"
    crashes.mkdir(parents=True, exist_ok=True)
    corpus.mkdir(exist_ok=True)
    for name, data in seeds().items():
        (corpus / name).write_bytes(data)
    before = set(crashes.iterdir())
    with tempfile.TemporaryDirectory(prefix="cellblock-fuzz-", dir=in_memory()) as home:
        done = subprocess.run([sys.executable, *sys.argv, "--inside", home], check=False)
    found = sorted(set(crashes.iterdir()) - before)
    for path in found:
        print(f"found: {path}; play it again: {sys.executable} {sys.argv[0]} {path}")
    if found:
        return 1
    if done.returncode:
        print(f"the fuzzer ended with exit code {done.returncode} and kept no input")
        return 2
    print(f"nothing was found; {len(list(corpus.iterdir())):,} inputs are kept in {corpus}")
    return 0


def in_memory() -> str | None:
    """Name a folder in memory, or None for the usual one: each write is brought to disk."""
    memory = "/dev/shm"  # noqa: S108 - a folder of a name nobody can guess is made within
    return memory if os.access(memory, os.W_OK) else None


def seeds() -> dict[str, bytes]:
    """Give true frames for each state and message, so that the fuzzer need not guess the shapes."""
    found = {}
    for state in range(7):
        for number, kind in enumerate(hostile.KINDS):
            for variant in range(3):
                tape = hostile.Tape(bytes((variant * 37 + n * 11) % 256 for n in range(200)))
                data = hostile.framed(hostile.pack(hostile.said(tape, kind, 2)))
                found[f"seed-{state}-{number}-{variant}"] = bytes([state, 0]) + data
        found[f"seed-{state}-script"] = bytes([state, 1]) + bytes(range(1, 200, 3))
    return found


def _fuzz(choice: argparse.Namespace) -> None:
    import atheris

    with atheris.instrument_imports(include=["cellblock"]):
        from host_side import Ground, judge

    ground = Ground(choice.inside)

    def one(data: bytes) -> None:
        judge(ground, data)

    options = [
        f"-max_total_time={choice.seconds}",
        f"-runs={choice.runs}",
        f"-timeout={_INPUT_S}",
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-max_len={_INPUT_BYTES}",
        f"-artifact_prefix={choice.folder / 'crashes'}/",
        "-print_final_stats=1",
        "-reload=0",
        str(choice.folder / "corpus"),
    ]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
