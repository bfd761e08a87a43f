"""Run every measurement, keep the reports, and write docs/benchmarks.md with its plots.

A measurement that is run alone (``--only density``) takes the place of its report; the others stay,
each with its own date. 1 if a goal was missed; the page is written all the same.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

import page
import rivals
from measure import Report

HERE = Path(__file__).parent
SCRIPTS: dict[str, tuple[str, ...]] = {
    "start": ("spawn.py",),
    "memory": ("memory.py",),
    "ctx": ("ctx.py",),
    "bodies": ("bodies.py",),
    "stores": ("stores.py",),
    "density": ("service.py",),
    "overhead": ("overhead.py", "--sets", "8"),
    "weight": ("weight.py",),
    "dashboard": ("dashboard.py",),
}
LIMIT_S = 1_800.0


def machine() -> dict[str, str]:
    """Describe this machine without its name."""
    told = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    model = next((line for line in told if line.startswith("model name")), ":unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    virtual = any("hypervisor" in line for line in told if line.startswith("flags"))
    return {
        "processor": model.partition(":")[2].strip(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "system": f"Linux {platform.release().partition('-')[0]} {platform.machine()}",
        "virtual": "a virtual machine" if virtual else "no virtual machine",
        "user": "root" if os.getuid() == 0 else "an ordinary user",
    }


def run(name: str, more: list[str], *, short: bool) -> Report | None:
    """Run one measurement; its report, or None if it failed."""
    script, *arguments = SCRIPTS[name]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.json")
        command = [sys.executable, str(HERE / script), *arguments, *more, "--json", str(file)]
        subprocess.run(command + ["--short"] * short, timeout=LIMIT_S, check=False)
        return msgspec.json.decode(file.read_bytes(), type=Report) if file.exists() else None


def main() -> int:
    """Measure, keep, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SCRIPTS, default=list(SCRIPTS))
    parser.add_argument("--short", action="store_true", help="as few rounds as tell a regression")
    parser.add_argument("--out", type=Path, default=page.DOCS, help="where the page is written")
    parser.add_argument("more", nargs="*", help="after --, options of the one measurement")
    options = parser.parse_args()
    begun = time.monotonic()
    reports = dict(page.read(options.out).reports) if page.kept(options.out) else {}
    failed = []
    for name in options.only:
        print(f"\n{name}", flush=True)
        report = run(name, options.more, short=options.short)
        if report is None:
            failed.append(name)
        else:
            reports[name] = report
    ordered = {name: reports[name] for name in SCRIPTS if name in reports}
    page.write(options.out, page.Results(machine(), rivals.versions(), ordered))
    print(f"\n{options.out / 'benchmarks.md'} after {time.monotonic() - begun:.0f} s")
    if failed:
        print(f"without a report: {', '.join(failed)}")
    return int(bool(failed) or not all(report.met for report in reports.values()))


if __name__ == "__main__":
    sys.exit(main())
