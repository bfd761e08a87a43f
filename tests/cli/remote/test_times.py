"""Times and sizes as people write and read them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.cli.remote import times
from cellblock.errors import OperatorFault

NOW = 1_764_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h", 3_600), ("7d", 604_800), ("2w", 1_209_600), ("3", 3)],
)
def test_a_length_of_time_is_read(text, seconds):
    assert times.span(text, "--x") == seconds
    assert times.moment(text, "--since", NOW) == NOW - seconds


def test_a_date_is_read_in_this_machines_zone_unless_it_says_another():
    assert times.moment("2025-11-24T16:00:00+00:00", "--since", NOW) == NOW
    local = datetime.datetime.fromtimestamp(NOW).astimezone().replace(tzinfo=None)
    assert times.moment(local.isoformat(), "--since", NOW) == NOW
    assert times.moment(None, "--since", NOW) is None


@pytest.mark.parametrize("text", ["", "soon", "1y", "-1h", "9" * 30, "0001-01-01", "2025-13-01"])
def test_what_is_no_time_says_what_may_be_written(text):
    with pytest.raises(OperatorFault) as caught:
        times.moment(text, "--since", NOW)
    assert "--since" in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0s"), (0.5, "0.5s"), (42, "42s"), (99, "99s"), (119, "2m"), (300, "5m"), (7_200, "2h"), (1e6, "12d")],
)  # fmt: skip
def test_a_length_of_time_is_shown_shortly(seconds, shown):
    assert times.length(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(1, "1s"), (90, "90s"), (300, "5m"), (3_600, "1h"), (2.5, "2.5s")]
)
def test_an_interval_is_shown_as_it_is_written(seconds, shown):
    assert times.exact(seconds) == shown


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_moment_can_be_shown(at):
    assert times.clock(at, NOW)


@given(st.floats(0, 1e14))
def test_a_size_is_short(size):
    assert len(times.bytes_(size)) <= 12


def test_what_is_to_come_and_what_was():
    assert times.ahead(NOW + 3, NOW) == "in 3s"
    assert times.ahead(NOW - 3, NOW) == "now"
    assert times.ahead(None, NOW) == "-"
    assert times.ago(NOW - 300, NOW) == "5m ago"
    assert times.ago(NOW + 1, NOW) == "0s ago"
