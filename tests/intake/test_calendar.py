from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from cellblock.errors import OperatorFault
from cellblock.intake.calendar import CronLine, check_schedule, upcoming
from cellblock.intake.settings import settings as settings_of
from cellblock.limits import CRON_CHARACTERS


def _field(first: int, last: int) -> st.SearchStrategy[str]:
    one = st.integers(first, last)
    # croniter takes 5-5 for *.
    span = (
        st.tuples(one, one)
        .filter(lambda ends: ends[0] != ends[1])
        .map(lambda ends: f"{min(ends)}-{max(ends)}")
    )
    step = st.integers(1, last).map(lambda every: f"*/{every}")
    item = st.one_of(st.just("*"), one.map(str), span, step)
    return st.one_of(
        item, st.lists(st.one_of(one.map(str), span), min_size=2, max_size=3).map(",".join)
    )


# With both a day and a weekday, or with a step over them, the dialects of cron differ; Debian's is
# what is promised, and croniter speaks another.
LINES = st.tuples(
    _field(0, 59),
    _field(0, 23),
    st.one_of(st.just("*"), st.integers(1, 28).map(str)),
    st.one_of(st.just("*"), st.integers(1, 12).map(str)),
    st.just("*"),
).map(" ".join) | st.tuples(
    _field(0, 59), _field(0, 23), st.just("*"), st.just("*"), st.integers(0, 6).map(str)
).map(" ".join)
INSTANTS = st.integers(946_684_800, 2_524_608_000)
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
)


@settings(max_examples=200, deadline=None)
@given(LINES, INSTANTS)
def test_a_line_comes_due_when_croniter_says_so(line, at):
    oracle = croniter(line, datetime.fromtimestamp(at, UTC))
    expected = [oracle.get_next(datetime).timestamp() for _ in range(3)]
    assert list(islice(CronLine(line, "UTC").after(at), 3)) == expected


@settings(max_examples=100, deadline=None)
@given(LINES, ZONES, INSTANTS)
def test_instants_rise_whatever_the_zone_does(line, zone, at):
    instants = [float(at), *islice(CronLine(line, zone).after(at), 10)]
    assert instants == sorted(set(instants))


@settings(max_examples=100, deadline=None)
@given(LINES, ZONES, INSTANTS, st.integers(1, 5))
def test_one_who_asks_again_later_is_told_the_same(line, zone, at, count):
    instants = list(islice(CronLine(line, zone).after(at), count + 1))
    assert next(CronLine(line, zone).after(instants[-2])) == instants[-1]


BERLIN = ZoneInfo("Europe/Berlin")


def _in_berlin(line: str, day: datetime, count: int) -> list[str]:
    found = islice(CronLine(line, "Europe/Berlin").after(day.timestamp()), count)
    return [datetime.fromtimestamp(at, BERLIN).strftime("%d %H:%M %z") for at in found]


def test_a_fixed_time_that_the_clock_leaves_out_runs_once_when_it_goes_on():
    assert _in_berlin("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=BERLIN), 2) == [
        "29 03:00 +0200",
        "30 02:30 +0200",
    ]


def test_a_fixed_time_that_comes_twice_runs_once():
    assert _in_berlin("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=BERLIN), 2) == [
        "25 02:30 +0200",
        "26 02:30 +0100",
    ]
    second = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)
    after = next(CronLine("30 2 * * *", "Europe/Berlin").after(second.timestamp()))
    assert after - second.timestamp() > timedelta(hours=20).total_seconds()


def test_what_recurs_goes_by_the_time_that_passes():
    start = datetime(2026, 10, 25, 1, 50, tzinfo=BERLIN).timestamp()
    found = list(islice(CronLine("*/20 * * * *", "Europe/Berlin").after(start), 9))
    assert {later - sooner for sooner, later in pairwise(found)} == {1200.0}


@pytest.mark.parametrize(
    ("values", "slug", "said"),
    [
        ({"interval_s": 0.5}, "bad-interval", "choose 1 s to 1 h"),
        ({"interval_s": 7200}, "bad-interval", "choose 1 s to 1 h"),
        ({"cron": "* * * *"}, "bad-cron", "it has 4 fields, not five"),
        ({"cron": "0 * * * * *"}, "bad-cron", "it has 6 fields, not five"),
        ({"cron": "61 * * * *"}, "bad-cron", "bad minute"),
        ({"cron": "0 0 31 2 *"}, "bad-cron", "bad day-of-month"),
        ({"cron": "0 0 * 2 MON#5,7#9"}, "bad-cron", "bad day-of-week"),
        ({"cron": "1," * CRON_CHARACTERS + "1 * * * *"}, "bad-cron", "more than 200 characters"),
        ({"cron": ""}, "bad-cron", "`30 9 * * MON-FRI`"),
        ({"cron": "* * * * *", "timezone": "Mars/Base"}, "bad-timezone", "Europe/Berlin"),
        ({"cron": "* * * * *", "timezone": "../../etc/passwd"}, "bad-timezone", "IANA"),
        ({"cron": "* * * * *", "timezone": "America"}, "bad-timezone", "IANA"),
        ({"cron": "* * * * *", "timezone": ""}, "bad-timezone", "IANA"),
        ({"cron": "* * * * *", "timezone": "a\0b"}, "bad-timezone", "IANA"),
        ({"cron": "* * * * *", "timezone": "\ud800"}, "bad-timezone", "IANA"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_a_hint(values, slug, said):
    with pytest.raises(OperatorFault) as caught:
        check_schedule(settings_of(values))
    assert caught.value.slug == slug
    assert said in str(caught.value)


@settings(max_examples=300, deadline=2_000)
@given(st.text("0123456789*/,-#LWMONJAN \t\0é", max_size=40), st.text(max_size=20))
def test_whatever_is_written_is_taken_or_refused(line, zone):
    with suppress(OperatorFault):
        check_schedule(settings_of({"cron": line, "timezone": zone}))


@given(st.floats(1, 3600), st.floats(0, 2e9), st.floats(0, 2e9))
def test_the_next_slot_of_an_interval_is_counted_on_from_any_of_them(interval, slot, now):
    coming = upcoming(settings_of({"interval_s": interval}), slot, now)
    assert coming >= now - 1e-5
    assert coming <= max(now, slot) + interval + 1e-5


def test_the_next_slot_of_a_cron_line_is_looked_up():
    at = datetime(2026, 5, 1, 12, 7, tzinfo=UTC).timestamp()
    assert upcoming(settings_of({"cron": "*/5 * * * *"}), 0.0, at) == at + 180
