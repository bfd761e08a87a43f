from __future__ import annotations

import asyncio
import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.services import problem
from cellblock.api import paging
from cellblock.api.problems import Problem


@given(st.text(max_size=200))
def test_a_cursor_of_text_gives_the_text_again(text):
    assert paging.after_name(paging.cursor_of(text)) == text


@given(st.integers(-paging.LARGEST, paging.LARGEST))
def test_a_cursor_of_a_number_gives_the_number_again(number):
    assert paging.after_number(paging.cursor_of(number)) == number


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda b: base64.b64encode(b).decode()))
def test_a_cursor_that_was_made_up_is_refused_or_read(text):
    for read, kind in ((paging.after_name, str), (paging.after_number, int)):
        try:
            found = read(text)
        except Problem as problem:
            found = problem
        assert isinstance(found, kind) or (found.status_code, found.slug) == (422, "bad-cursor")


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**400])
def test_a_number_that_no_database_holds_is_no_cursor(number):
    text = base64.urlsafe_b64encode(str(number).encode()).decode()
    with pytest.raises(Problem):
        paging.after_number(text)


def test_a_page_ends_where_the_next_begins():
    def cut(limit, rows):
        page = paging.page_of(rows[: limit + 1], limit, lambda row: row, lambda row: -row)
        return page.items, paging.after_number(page.next)

    assert cut(2, [1, 2, 3]) == ([-1, -2], 2)
    assert cut(3, [1, 2, 3]) == ([-1, -2, -3], None)
    assert cut(2, []) == ([], None)


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "revision"),
    [(None, None, None), ("*", None, None), ('"7"', None, 7), (None, "*", 0), ('"7"', "*", 0)],
)
def test_the_revision_that_a_change_is_made_upon(if_match, if_none_match, revision):
    assert asyncio.run(paging.expected(if_match, if_none_match)) == revision


@pytest.mark.parametrize(
    "header",
    [
        *(("If-Match", value) for value in ("7", 'W/"7"', '"x"', '"7", "8"', "", '"٣"')),
        *(("If-Match", '"' + "9" * 30 + '"'), ("If-None-Match", '"7"'), ("If-None-Match", "")),
    ],
)
def test_a_revision_that_cannot_be_read_is_refused(api, header):
    name, value = header
    headers = [(name, value.encode())]
    answer = api.patch("/api/v1/workspaces/default", json={"retention_days": 3}, headers=headers)
    assert problem(answer, 422, "invalid")["errors"][0]["where"] == f"header.{name.lower()}"
