from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.few import Few


class Point(msgspec.Struct):
    x: int = 0


raws = Few(msgspec.Raw, 3)
points = Few(Point, 3)


@given(st.lists(st.none() | st.integers() | st.text() | st.lists(st.integers()), max_size=5))
def test_a_list_is_read_as_far_as_there_is_room_for_it(items):
    text = json.dumps(items).encode()
    if len(items) <= 3:
        assert [json.loads(bytes(item)) for item in raws.decode(text)] == items
    else:
        with pytest.raises(msgspec.ValidationError, match="of at most length 3"):
            raws.decode(text)


def test_items_have_their_class():
    assert points.decode(b'[{"x": 1}, {}]') == [Point(1), Point()]
    for text in (b"[null]", b'[{"x": "1"}]', b"{}", b"5", b"null", b"["):
        with pytest.raises(msgspec.MsgspecError):
            points.decode(text)


def test_nothing_after_the_first_item_too_many_is_read():
    # What follows is no JSON, and nobody finds out.
    with pytest.raises(msgspec.ValidationError, match="of at most length 3"):
        points.decode(b"[{}, {}, {}, {}, what")
