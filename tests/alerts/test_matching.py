from __future__ import annotations

import pytest

from alerts.house import happening, rule
from cellblock.alerts.matching import (
    Lateness,
    LateTick,
    begun_by,
    concerns,
    key_of,
    terms_of,
    watches_end,
)
from cellblock.errors import OperatorFault
from cellblock.limits import ALERT_LATE_S, ALERT_LATE_TICKS, ALERT_REPEAT_S
from cellblock.names import WorkerRef

REF = WorkerRef("default", "bot")


@pytest.mark.parametrize(
    ("more", "what", "wanted"),
    [
        ({}, {}, True),
        ({"on": ("late",)}, {}, False),
        ({"workers": ("bot",)}, {}, True),
        ({"workers": ("other",)}, {}, False),
        ({"enabled": False}, {}, False),
        ({}, {"workspace": "other"}, False),
        ({"workers": ("other",)}, {"occasion": "disk", "workspace": None, "worker": ""}, True),
        ({"on": ("paused",)}, {"occasion": "disk", "workspace": None, "worker": ""}, False),
    ],
)
def test_a_rule_is_concerned_by_its_occasions_workers_and_workspace(more, what, wanted):
    assert concerns(rule(**more), happening(**what)) is wanted


def test_a_rule_for_the_end_alone_watches_the_beginning_untold():
    only = rule(on=("recovered",))
    assert watches_end(only, happening("paused"))
    assert not watches_end(only, happening("late"))
    assert not watches_end(only, happening("paused", workspace="other"))
    assert not watches_end(rule(), happening("paused"))
    assert not watches_end(rule(on=("recovered",), enabled=False), happening("paused"))


def test_keys_are_those_of_rule_worker_and_occasion():
    one = rule()
    assert key_of(one, happening(what="a")) == key_of(one, happening(what="b", at=5.0))
    others = [
        happening("late"),
        happening(worker="bot2"),
        happening("disk", worker=""),
        happening("disk", worker="", over=True),
    ]
    keys = {key_of(one, item) for item in [happening(), *others]}
    keys |= {key_of(rule(id="r2"), happening()), key_of(rule(workspace="w"), happening())}
    assert len(keys) == 7
    assert begun_by(one, happening("recovered")) == (
        key_of(one, happening("paused")),
        key_of(one, happening("quarantined")),
    )
    assert begun_by(one, others[3]) == (key_of(one, others[2]),)
    assert begun_by(one, happening()) == ()


def test_settings_have_defaults_and_nonsense_is_refused():
    assert terms_of(rule()).repeat_s == ALERT_REPEAT_S == 3600
    assert terms_of(rule(settings={"chat_id": 7, "late_s": 2})).late_s == 2
    with pytest.raises(OperatorFault) as caught:
        terms_of(rule(settings={"repeat_s": "often"}))
    assert caught.value.slug == "bad-rule"


def rows(ticks, **more):
    """What each of *ticks* (number, skipped before it, lateness) is told with."""
    one, lateness = rule(**more), Lateness()
    return [lateness.count(one, terms_of(one), LateTick(REF, *tick)) for tick in ticks]


def test_late_ticks_are_told_from_so_many_in_a_row_on():
    assert (ALERT_LATE_S, ALERT_LATE_TICKS) == (5.0, 3)
    assert rows([(n, 0, 5.1) for n in range(5)]) == [None, None, 3, 4, 5]
    assert rows([(n, 0, 5.0) for n in range(5)]) == [None] * 5
    assert rows([(0, 0, 2.0)], settings={"late_s": 1.5, "late_ticks": 1}) == [1]
    assert rows([(0, 0, 99.0)], settings={"late_ticks": 1}, on=("paused",)) == [None]
    assert rows([(0, 0, 99.0)], settings={"late_ticks": 1}, workers=("x",)) == [None]


def test_a_tick_that_was_on_time_ends_the_row_and_one_that_was_skipped_does_not():
    assert rows([(0, 0, 9.0), (1, 0, 9.0), (3, 0, 9.0), (4, 0, 9.0)]) == [None] * 4
    assert rows([(0, 0, 9.0), (1, 0, 9.0), (2, 0, 2.0), (3, 0, 9.0), (4, 0, 9.0)]) == [None] * 5
    assert rows([(0, 0, 9.0), (4, 3, 9.0), (9, 4, 9.0)]) == [None, None, 3]


def test_workers_and_rules_have_rows_of_their_own():
    one, two, lateness = rule(), rule(id="r2", settings={"late_ticks": 1}), Lateness()
    other = WorkerRef("default", "other")
    for n in range(2):
        for ref in (REF, other):
            assert lateness.count(one, terms_of(one), LateTick(ref, n, 0, 9.0)) is None
        assert lateness.count(two, terms_of(two), LateTick(REF, n, 0, 9.0)) == n + 1
    lateness.forget(REF)
    assert lateness.count(one, terms_of(one), LateTick(REF, 2, 0, 9.0)) is None
    assert lateness.count(one, terms_of(one), LateTick(other, 2, 0, 9.0)) == 3
