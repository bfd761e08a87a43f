"""The comparison with the baseline: it finds what is slower, and noise alone does not fail it."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import msgspec
import pytest

import ctx
import measure
import regression
from cellblock import Sandbox
from cellblock.sandbox import Worker
from measure import Ratio, Report
from regression import BASELINE, SCRIPTS, TRIES, Baseline, Known


def _report(*, others=0.0, **ratios):
    return Report("any", "Any", "", (), (), ratios=ratios, others=others)


def _known(middle=1.0, quick=1.0, **more):
    return {"a": Known("any", Ratio(middle, quick, **more))}


def _worse(baseline, *reports):
    answers = iter(reports)
    verdicts = regression.compare(baseline, lambda _script: next(answers))
    return [verdict.name for verdict in verdicts if verdict.worse]


@pytest.mark.parametrize(("found", "names"), [(1.24, []), (1.26, ["a"])])
def test_a_quarter_worse_every_time_is_a_regression(found, names):
    report = _report(a=Ratio(found, found))
    assert _worse(_known(), *[report] * TRIES) == names


def test_noise_that_shifts_one_telling_is_none():
    assert _worse(_known(), _report(a=Ratio(2.0, 1.1))) == []
    assert _worse(_known(), _report(a=Ratio(1.1, 2.0))) == []


def test_what_is_well_another_time_is_none():
    assert _worse(_known(), *[_report(a=Ratio(2.0, 2.0))] * 2, _report(a=Ratio(1.0, 1.0))) == []


def test_what_is_not_measured_fails():
    assert _worse(_known(), *[_report()] * TRIES) == ["a"]


def test_what_cannot_be_had_here_is_excused_but_not_in_ci(monkeypatch):
    report = Report("any", "Any", "", (), (), unable={"a": "not installed"})
    monkeypatch.setenv("CI", "")
    assert _worse(_known(), report) == []
    monkeypatch.setenv("CI", "true")
    assert _worse(_known(), *[report] * TRIES) == ["a"]


def test_wall_time_is_judged_only_while_others_leave_the_machine_alone():
    slow = {"a": Ratio(2.0, 2.0, wall=True)}
    assert _worse(_known(wall=True), *[_report(**slow)] * TRIES) == ["a"]
    assert _worse(_known(wall=True), _report(others=1.0, **slow)) == []


def test_a_ratio_is_of_the_same_rounds_and_hides_one_bad_round():
    assert measure.ratio([2.0, 2.0, 200.0], [1.0, 1.0, 1.0]).middle == 2.0
    assert measure.ratio([2.0, 4.0, 6.0], [1.0, 2.0, 3.0]).middle == 2.0
    with pytest.raises(ValueError, match="every round"):
        measure.ratio([1.0], [1.0, 2.0])


def test_the_baseline_holds_every_measurement_of_the_suite():
    baseline = msgspec.json.decode(BASELINE.read_bytes(), type=Baseline)
    assert {known.script for known in baseline.values()} == set(SCRIPTS)
    for script in SCRIPTS:
        assert (Path(regression.__file__).parent / f"{script}.py").exists()
        judged = [one for one in baseline.values() if one.script == script and not one.ratio.wall]
        assert judged, f"{script} has nothing that is judged on a busy machine"


SLOWER_S = 200e-6
"""Planted in a tick: about twice what it takes in all."""


async def _slower(tick):
    until = time.process_time() + SLOWER_S
    while time.process_time() < until:
        pass
    return await tick()


async def _rounds(monkeypatch):
    """Take a tick, the same tick again and a slower one, beside a raw pipe, in turn."""
    found = {name: {ctx.PIPE: [], ctx.TICK: []} for name in ("before", "same", "slower")}
    pipe = ctx.Pipe()
    async with Sandbox(preload=()) as sandbox, AsyncExitStack() as stack:
        take = await ctx.ticking(sandbox, stack)
        for _ in range(24):
            for name, rounds in found.items():
                with monkeypatch.context() as patch:
                    if name == "slower":
                        tick = Worker.tick
                        patch.setattr(Worker, "tick", lambda self: _slower(partial(tick, self)))  # noqa: B023
                    rounds[ctx.PIPE].append(await pipe.round())
                    rounds[ctx.TICK].append(await take())
    pipe.close()
    return {name: ctx.report(rounds) for name, rounds in found.items()}


@pytest.fixture
def on_one_processor():
    anywhere = os.sched_getaffinity(0)
    measure.one_processor()
    yield
    os.sched_setaffinity(0, anywhere)


@pytest.mark.usefixtures("on_one_processor")
def test_a_slower_tick_is_found_and_the_same_tick_is_not(monkeypatch):
    reports = asyncio.run(_rounds(monkeypatch))
    work = f"work of a {ctx.TICK} / {ctx.PIPE}"
    baseline = {work: Known("ctx", reports["before"].ratios[work])}
    assert _worse(baseline, *[reports["same"]] * TRIES) == []
    assert _worse(baseline, *[reports["slower"]] * TRIES) == [work]
