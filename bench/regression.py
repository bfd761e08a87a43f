"""Compare the ratios of a short run with those of the baseline; 1 if one is a quarter worse.

A ratio is ours against a peer's in the same run, so it hangs on the code and hardly on the machine.
It counts as worse only if both of its tellings are, the middle of the rounds and their quick end,
and if they are again in two more measurements. Ratios of wall time are judged only while others
leave the machine alone; those of processor time, memory and counts always. A ratio of the baseline
that was not measured is a failure too, for nothing shall pass by being left out: only outside CI
it may be for a server that is not installed, or for what an ordinary user may not see.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from measure import Ratio, Report

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"
WORSE = 1.25
ALONE = 0.25
"""Processors that others may keep busy while wall time is judged."""
SCRIPTS = ("spawn", "memory", "ctx", "bodies", "stores", "service", "overhead", "weight")
TRIES = 3
LIMIT_S = 120.0


class Known(msgspec.Struct, frozen=True):
    """What the baseline keeps of a ratio."""

    script: str
    ratio: Ratio


class Verdict(msgspec.Struct, frozen=True):
    """What became of one ratio; *times* is how many times the baseline it is."""

    name: str
    times: float
    said: str = ""

    @property
    def worse(self) -> bool:
        """Whether it is a regression."""
        return self.said.startswith("WORSE")


Baseline = dict[str, Known]
Measure = Callable[[str], Report]


def measured(script: str) -> Report:
    """Take one measurement in its short form."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.json")
        command = [sys.executable, str(HERE / f"{script}.py"), "--short", "--json", str(file)]
        # Goals are judged by `make bench`; here only the ratios count, so the status does not.
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        if not file.exists():
            raise SystemExit(f"bench/{script}.py did not measure:\n{done.stderr[-2000:]}")
        return msgspec.json.decode(file.read_bytes(), type=Report)


def times(known: Ratio, found: Ratio) -> float:
    """Tell how many times the baseline a ratio is, by that of its tellings that is nearer."""
    return min(found.middle / known.middle, found.quick / known.quick)


def judge(known: Iterable[tuple[str, Ratio]], report: Report) -> list[Verdict]:
    """Compare one report with what is known of its ratios."""
    verdicts = []
    for name, ratio in known:
        found = report.ratios.get(name)
        if found is None:
            verdicts.append(Verdict(name, 0.0, _left_out(name, report)))
            continue
        factor = times(ratio, found)
        if found.wall and report.others > ALONE:
            said = f"not judged: others kept {report.others:.1f} processors busy"
        elif factor > WORSE:
            said = "WORSE"
        else:
            said = "better" if factor < 1 / WORSE else ""
        verdicts.append(Verdict(name, factor, said))
    return verdicts


def _left_out(name: str, report: Report) -> str:
    excuses = [why for word, why in report.unable.items() if word in name]
    if excuses and os.environ.get("CI") != "true":
        return f"not judged: {excuses[0]}"
    return "WORSE: not measured"


def compare(baseline: Baseline, measure: Measure) -> list[Verdict]:
    """Take every measurement, and again those in which something was worse."""
    verdicts: list[Verdict] = []
    for script in dict.fromkeys(known.script for known in baseline.values()):
        left = {name: one.ratio for name, one in baseline.items() if one.script == script}
        for tried in range(1, TRIES + 1):
            judged = judge(left.items(), measure(script))
            verdicts += [one for one in judged if not one.worse or tried == TRIES]
            left = {one.name: left[one.name] for one in judged if one.worse}
            if not left:
                break
    return verdicts


def keep(
    scripts: Iterable[str], measure: Measure, before: Baseline, tries: int = TRIES
) -> Baseline:
    """Measure a baseline some times, of each ratio the middle one; others stay as they were."""
    kept = dict(before)
    for script in scripts:
        reports = [measure(script) for _ in range(tries)]
        kept = {name: known for name, known in kept.items() if known.script != script}
        for name in reports[0].ratios:
            ordered = sorted((one.ratios[name] for one in reports), key=lambda one: one.middle)
            kept[name] = Known(script, ordered[len(ordered) // 2])
    return kept


def main() -> int:
    """Compare, or keep what is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write what is found as the baseline")
    parser.add_argument("--tries", type=int, default=TRIES, help="so often for a baseline")
    parser.add_argument("--only", nargs="+", choices=SCRIPTS, default=SCRIPTS)
    options = parser.parse_args()
    begun = time.monotonic()
    baseline = (
        msgspec.json.decode(BASELINE.read_bytes(), type=Baseline) if BASELINE.exists() else {}
    )
    if options.keep:
        kept = keep(options.only, measured, baseline, options.tries)
        BASELINE.write_bytes(msgspec.json.format(msgspec.json.encode(kept)) + b"\n")
        print(f"{len(kept)} ratios are kept in {BASELINE.name}")
        return 0
    wanted = {name: known for name, known in baseline.items() if known.script in options.only}
    verdicts = compare(wanted, measured)
    width = max(len(verdict.name) for verdict in verdicts)
    for verdict in verdicts:
        print(
            f"{verdict.name:{width}} {verdict.times:6.2f} of the baseline  {verdict.said}".rstrip()
        )
    worse = sum(verdict.worse for verdict in verdicts)
    print(f"{len(verdicts)} ratios, {worse} worse, {time.monotonic() - begun:.0f} s")
    return int(worse > 0)


if __name__ == "__main__":
    sys.exit(main())
