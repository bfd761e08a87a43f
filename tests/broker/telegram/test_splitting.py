from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellblock.broker.adapter import AdapterError
from cellblock.broker.telegram import splitting
from cellblock.broker.telegram.formatting import Spans
from cellblock.broker.telegram.splitting import split, units
from cellblock.limits import TELEGRAM_MARKS, TELEGRAM_MESSAGE_UNITS, TELEGRAM_PARTS
from peers import telegram_formatting

LIMIT = TELEGRAM_MESSAGE_UNITS
FAMILY = "👨\u200d👩\u200d👧"
WORDS = [
    "a",
    "word",
    "sentence. ",
    " ",
    "\n",
    "\n\n",
    "é",
    "e\u0301",
    "😀",
    FAMILY,
    "🇳🇴",
    "👍🏽",
    "\r\n",
]


def long_text(pieces, size):
    text = "".join(pieces) or "x"
    return (text * (size // units(text) + 1))[:size]


texts = st.builds(
    long_text, st.lists(st.sampled_from(WORDS), min_size=1, max_size=40), st.integers(1, 20_000)
)


def too_large(text, mode=None):
    with pytest.raises(AdapterError) as caught:
        split(text, mode)
    assert caught.value.code == "too_large"
    return str(caught.value)


@given(st.text())
def test_units_are_those_of_utf_16(text):
    assert units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@settings(deadline=None)
@given(texts)
def test_parts_are_within_the_limit_and_hold_the_text_but_for_white_space_between_them(text):
    parts = split(text)
    assert all(0 < units(part) <= LIMIT for part in parts)
    rest = text
    for part in parts:
        if not rest.startswith(part):
            rest = rest[rest.index(part) :] if rest[: rest.index(part)].isspace() else "lost"
        assert rest.startswith(part)
        rest = rest[len(part) :]
    assert not rest.strip()


@settings(deadline=None)
@given(texts)
def test_there_are_no_more_parts_than_are_needed_for_half_full_ones(text):
    assert len(split(text)) <= 2 * units(text) // LIMIT + 1


@settings(deadline=None)
@given(texts)
def test_no_character_that_is_drawn_as_one_is_taken_apart(text):
    for part in split(text)[1:]:
        assert part[0] not in "\u0301\u200d🏽"
    for part in split(text)[:-1]:
        assert part[-1] != "\u200d"
        flags = len(part) - len(part.rstrip("🇳🇴"))
        assert flags % 2 == 0 or flags == len(part)


def test_a_short_text_is_left_as_it_is():
    assert split("  a \n") == ["  a \n"]
    assert split("x" * LIMIT) == ["x" * LIMIT]
    assert split("😀" * (LIMIT // 2)) == ["😀" * (LIMIT // 2)]
    assert split("x" * (LIMIT + 1)) == ["x" * LIMIT, "x"]


@pytest.mark.parametrize(
    ("gap", "left"), [("\n\n", ""), ("\n", ""), (". ", "."), ("! ", "!"), ("。", "。"), (" ", "")]
)
def test_a_cut_is_made_where_a_text_pauses(gap, left):
    first, second = "a" * 3_000, "b" * 3_000
    assert split(first + gap + second) == [first + left, second]


def test_a_greater_pause_goes_before_a_later_one():
    text = "a" * 2_500 + "\n\n" + "b" * 500 + "\n" + "c" * 500 + ". " + "d" * 500 + " " + "e" * 900
    assert split(text) == ["a" * 2_500, text[2_502:]]
    assert split(text.replace("\n\n", "--"))[0] == text.replace("\n\n", "--")[:3_002]


def test_a_pause_at_the_very_limit_counts():
    assert split("a" * LIMIT + "\n" + "b") == ["a" * LIMIT, "b"]
    assert split("a" * LIMIT + "\n\n" + "b") == ["a" * LIMIT, "b"]
    assert split("a" * (LIMIT - 1) + ". b") == ["a" * (LIMIT - 1) + ".", "b"]


def test_an_early_pause_is_better_than_none():
    assert split("see " + "x" * LIMIT) == ["see", "x" * LIMIT]


def test_what_is_all_white_space_is_no_message():
    parts = split("a" + "\n" * 9_000 + "b")
    assert [part.strip() for part in parts] == ["a", "b"]


def test_a_text_for_more_than_ten_messages_is_refused_with_a_way_out():
    assert len(split("x" * LIMIT * TELEGRAM_PARTS)) == TELEGRAM_PARTS
    message = too_large("x" * (LIMIT * TELEGRAM_PARTS + 1))
    assert message == (
        "the text of 40,961 characters needs more than 10 messages of 4,096; write it to a file "
        "and use send_document"
    )
    too_large(("x" * 2_100 + "\n\n") * 19)  # fits by size, not by its paragraphs


# Formatted text

MARKED = {
    "HTML": [
        "<b>bold</b>",
        "<a href='x>y'>l</a>",
        "&lt;",
        "&#128512;",
        "<pre>a b\n c</pre>",
        "word ",
    ],
    "MarkdownV2": [
        "*b b*",
        "_i __u__ i_ ",
        "\\.",
        "`c c`",
        "[a b](http://x.y/\\))",
        "||s||",
        "w ",
        "\n>q q\n",
    ],
    "Markdown": ["*b b*", "_i i_", "`c c`", "[a b](http://x.y)", "```\nx x\n```", "word "],
}


@st.composite
def marked(draw):
    mode = draw(st.sampled_from(sorted(MARKED)))
    pieces = draw(st.lists(st.sampled_from(MARKED[mode]), min_size=1, max_size=20))
    text = "".join(pieces) * (draw(st.integers(1, 12_000)) // len("".join(pieces)) + 1)
    return text, mode


@settings(deadline=None)
@given(marked())
def test_every_part_of_a_formatted_text_is_read_by_telegram_as_it_was_meant(given_):
    text, mode = given_
    parts = split(text, mode)
    assert all(units(part) <= LIMIT for part in parts)
    whole, entities = telegram_formatting.parse(text, mode)
    read = [telegram_formatting.parse(part, mode) for part in parts]
    assert "".join("".join(shown for shown, _ in read).split()) == "".join(whole.split())
    kinds = [entity["type"] for _, found in read for entity in found]
    quotes = [kind for kind in kinds if "quote" in kind]
    # A quotation of several lines may become two; nothing else may.
    assert [kind for kind in kinds if kind not in quotes] == [
        entity["type"] for entity in entities if "quote" not in entity["type"]
    ]


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        ("HTML", "a <b>" + "x " * 3_000 + "</b>"),
        ("HTML", "a <b>" + "x " * 3_000),
        ("HTML", "a <b " + "x " * 3_000),
        ("MarkdownV2", "a *" + "x " * 3_000 + "*"),
        ("MarkdownV2", "a ```" + "x " * 3_000),
        ("MarkdownV2", "a [x](" + "x " * 3_000),
        ("Markdown", "a *" + "x " * 3_000 + "*"),
    ],
)
def test_formatting_that_is_longer_than_a_message_is_refused_with_a_way_out(mode, text):
    message = too_large(text, mode)
    assert "the formatting at character 3 of the text is not closed within" in message
    assert "or send without parse_mode" in message
    assert len(split(text)) == 2


def test_a_text_is_cut_before_an_entity_that_would_not_fit():
    code = "<pre>" + "x\n" * 1_500 + "</pre>"
    assert split("word " * 500 + code, "HTML") == ["word " * 499 + "word", code]


@settings(deadline=None)
@given(
    st.text(st.sampled_from("a*_`[](<>/b!|~>\n\\&#; =\"'"), max_size=60),
    st.sampled_from(["HTML", "MarkdownV2", "Markdown"]),
)
def test_what_telegram_shows_as_an_entity_lies_in_a_span(text, mode):
    try:
        shown, entities = telegram_formatting.parse(text, mode)
    except telegram_formatting.Unreadable:
        return
    spans = Spans.of(text, mode)
    whole = [cut for cut in range(1, len(text)) if spans.before(cut) == cut]
    # Cut wherever it is allowed, both halves are what they were.
    for cut in whole:
        left, right = (telegram_formatting.parse(half, mode) for half in (text[:cut], text[cut:]))
        assert (left[0] + right[0]).replace("\n", "") == shown.replace("\n", "")
        # A quotation ends with its line, and may be of nothing else.
        kept = [entity for entity in left[1] + right[1] if entity["type"] != "blockquote"]
        assert len(kept) == sum(entity["type"] != "blockquote" for entity in entities)


@pytest.mark.parametrize("mode", ["HTML", "MarkdownV2", "Markdown"])
@pytest.mark.parametrize(
    "mark", ["<", "&", "*", "_", "[", "`", "](", ">", "\n>", "|", "\\", "<a '", '"', "</"]
)
def test_marks_without_end_cost_no_more_than_their_number(mode, mark):
    text = (mark * 40_000)[:40_000]
    spans = Spans.of(text, mode)
    assert all(spans.before(cut) <= cut for cut in range(0, 40_000, 997))


@pytest.mark.parametrize(
    ("mode", "mark"), [("HTML", "&lt;"), ("MarkdownV2", "\\."), ("Markdown", "\\*")]
)
def test_a_text_of_several_messages_has_so_many_marks_and_no_more(mode, mark):
    count = TELEGRAM_MARKS // (2 if mode == "Markdown" else 1)
    text = mark * count + "x" * 100
    assert "".join(split(text, mode)) == text
    message = too_large(text + mark[0], mode)
    assert message.startswith("the text has 10,001 marks of parse_mode, and one that is sent as")
    # One message alone is Telegram's to read, and without a parse_mode there are no marks.
    assert split("*" * LIMIT, mode) == ["*" * LIMIT]
    assert len(split("*" * (2 * LIMIT))) == 2


def test_no_more_is_cut_than_can_be_sent(monkeypatch):
    cuts = []
    cut = splitting._cut
    monkeypatch.setattr(splitting, "_cut", lambda *given: cuts.append(1) or cut(*given))
    too_large(("x" * 2_100 + "\n\n") * 19)
    assert len(cuts) == TELEGRAM_PARTS + 1


def test_a_text_that_is_too_long_in_any_case_is_not_read(monkeypatch):
    def never(*_given):
        raise AssertionError("it was read")

    monkeypatch.setattr(Spans, "of", never)
    assert "needs more than 10 messages" in too_large("*" * 250_000, "MarkdownV2")
    assert "marks of parse_mode" in too_large("*" * 40_000, "MarkdownV2")


@settings(deadline=None)
@given(marked())
def test_of_what_lies_in_formatting_nothing_is_shown(given_):
    text, mode = given_
    spans = Spans.of(text, mode)
    shown = spans.blanked(text)
    assert len(shown) == len(text)
    for index in range(0, len(text), 7):
        assert shown[index] == (text[index] if spans.before(index) == index else "\0")
