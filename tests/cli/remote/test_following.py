"""A stream of events, however it is cut into parts."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.cli.remote.following import Event, events
from cellblock.errors import OperatorFault


def cut(data, places):
    marks = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[one:other] for one, other in itertools.pairwise(marks)]


STREAM = (
    b': alive\n\nid: 7\nevent: line\ndata: {"message": "a\xe2\x80\xa8b"}\n\n'
    b"id: 8\r\nevent: missed\r\ndata: one\r\ndata: two\r\n\r\nid\ndata:\n\ndata: last\n"
)


@given(st.lists(st.integers(0, 200), max_size=20))
def test_however_it_is_cut_the_same_events_are_read(places):
    assert list(events(cut(STREAM, places))) == [
        None,
        Event("line", '{"message": "a\u2028b"}', "7"),
        Event("missed", "one\ntwo", "8"),
        Event("message", "", ""),
    ]


def test_an_event_that_was_not_ended_is_not_told():
    assert list(events([b"data: half"])) == []


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_no_bytes_are_too_strange(parts):
    for event in events(parts):
        assert event is None or isinstance(event, Event)


@pytest.mark.parametrize("part", [b"data: " + b"x" * 1_000, b"data: x\n" * 100])
def test_an_event_without_end_is_given_up(part):
    with pytest.raises(OperatorFault) as caught:
        for _ in events(part for _ in range(3_000)):
            pass
    assert caught.value.slug == "wrong-server"
