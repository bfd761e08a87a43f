from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cellblock.wire.text import cut, cut_inside

LIMITS = st.integers(60, 200)


@given(st.text(max_size=300), LIMITS)
def test_cut_text_is_never_longer_than_its_limit(text, limit):
    assert len(cut(text, limit)) <= limit


@given(LIMITS, st.text(max_size=60))
def test_text_within_its_limit_is_left_alone(limit, text):
    assert cut(text, limit) == text


@given(st.text(alphabet="ab", min_size=201, max_size=3_000), LIMITS)
def test_what_is_left_and_what_is_said_to_be_missing_are_the_whole(text, limit):
    found = re.fullmatch(r"([ab]*)… \[cut ([\d,]+) characters\]", cut(text, limit))
    assert found is not None
    assert text.startswith(found[1])
    assert len(found[1]) + int(found[2].replace(",", "")) == len(text)


@given(st.integers(4_001, 200_000))
def test_no_room_is_wasted_but_for_the_digits_of_the_count(size):
    assert 3_998 <= len(cut("x" * size)) <= 4_000


def test_the_note_stands_inside_the_4000_characters():
    note = "… [cut 1,026 characters]"
    assert cut("x" * 5_002) == "x" * (4_000 - len(note)) + note
    assert cut("x" * 4_000) == "x" * 4_000


@given(st.text(max_size=1_000), LIMITS)
def test_text_that_is_cut_inside_is_never_longer_than_its_limit(text, limit):
    assert len(cut_inside(text, limit)) <= limit
    assert len(text) > limit or cut_inside(text, limit) == text


def test_a_traceback_is_cut_inside_and_keeps_what_went_wrong():
    text = "tick 3 failed:\n" + "  in a line\n" * 1_000 + "ValueError: no price"
    first, note, *rest = cut_inside(text).split("\n")
    missing = int(note.removeprefix("… [cut ").removesuffix(" characters]").replace(",", ""))
    assert first == "tick 3 failed:"
    assert rest[-1] == "ValueError: no price"
    assert len(first) + 1 + missing + len("\n".join(rest)) == len(text)
