from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from alerts.house import happening, rule
from cellblock.alerts.letters import Letter, Notice, letter, plain
from cellblock.limits import (
    ALERT_LISTED,
    ALERT_QUOTE_CHARACTERS,
    ALERT_TEXT_CHARACTERS,
    TELEGRAM_MESSAGE_UNITS,
)

AT = 1_700_000_000.0


def notice(before=0, **more) -> Notice:
    return Notice(key="k", happening=happening(**more), before=before)


def test_each_occasion_is_a_sentence():
    told = [
        notice(what="ValueError: five ticks in a row failed"),
        notice(occasion="recovered"),
        notice(occasion="quarantined", what="it called ptrace"),
        notice(occasion="late", what="3 ticks in a row"),
        notice(occasion="disk", worker="", workspace=None, what="1 MB is free", before=2),
        notice(occasion="disk", worker="", workspace=None, over=True),
    ]
    assert letter(rule(), "x", AT, told, 0).text.split("\n") == [
        "Cellblock alert “ops”, 2023-11-14 22:13:20 UTC",
        "· default/bot is paused: ValueError: five ticks in a row failed",
        "· default/bot is running again",
        "· default/bot was quarantined: it called ptrace",
        "· default/bot is late: 3 ticks in a row",
        "· the service is out of disk: 1 MB is free (2 more since it was told last)",
        "· the service has room on its disk again",
    ]


def test_the_same_is_told_as_json():
    told = json.loads(letter(rule(), "x", AT, [notice(what="why", before=1)], 3).body)
    assert told == {
        "id": "x",
        "workspace": "default",
        "rule": {"id": "r1", "name": "ops"},
        "at": AT,
        "test": False,
        "alerts": [
            {
                "occasion": "paused",
                "worker": "bot",
                "at": AT,
                "over": False,
                "reason": "why",
                "before": 1,
                "text": "default/bot is paused: why (1 more since it was told last)",
            }
        ],
        "more": 3,
    }


def test_a_storm_is_one_bounded_letter():
    many = [notice(worker=f"w{n}", what="x" * 1000) for n in range(1000)]
    written = letter(rule(), "x", AT, many, 7)
    assert len(written.notices) == ALERT_LISTED
    assert written.more == 1007 - ALERT_LISTED
    assert len(written.text) == ALERT_TEXT_CHARACTERS < TELEGRAM_MESSAGE_UNITS
    few = letter(rule(), "x", AT, [notice(worker=f"w{n}") for n in range(1000)], 0)
    assert few.text.endswith("· and 980 more")


def test_a_test_says_that_it_is_one():
    written = Letter(id="x", rule=rule(), at=AT, notices=(), test=True)
    assert "nothing happened" in written.text
    assert json.loads(written.body)["test"] is True


@given(st.text(max_size=2000))
def test_hostile_words_are_one_printable_line(text):
    said = plain(text)
    assert said.isprintable()
    assert len(said) <= ALERT_QUOTE_CHARACTERS
    assert "\n" not in notice(what=text).sentence


def test_lines_and_directions_cannot_be_forged():
    assert plain("a\n· other is paused\u202e\x1b[31m\u2028b") == "a · other is paused [31m b"
    assert plain("x" * 400) == "x" * (ALERT_QUOTE_CHARACTERS - 1) + "…"
