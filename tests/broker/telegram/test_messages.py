from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.telegram.chats import Allowed, chat_of
from cellblock.broker.telegram.messages import heard, number

CHAT = {"id": -1001, "type": "supergroup", "title": "Traders", "username": "Traders"}
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "username": "ann"}
MESSAGE = {"message_id": 5, "date": 1_700_000_000, "chat": CHAT, "from": ANN, "text": "/stop"}


def read(kind="message", **changes):
    message = {key: value for key, value in (MESSAGE | changes).items() if value is not None}
    return heard(json.dumps({"update_id": 1, kind: message}).encode())


def test_a_message_is_one_flat_dict():
    message = read(reply_to_message=MESSAGE)
    assert message.told == {
        "message_id": 5,
        "chat_id": -1001,
        "chat_type": "supergroup",
        "chat_title": "Traders",
        "from": "ann",
        "from_id": 7,
        "text": "/stop",
        "content": "text",
        "date": 1_700_000_000,
        "reply_to": 5,
    }
    assert (message.chat_id, message.username, message.moved_to) == (-1001, "Traders", None)


def test_who_has_no_public_name_goes_by_the_other_and_a_channel_by_none():
    told = read(**{"from": ANN | {"username": ""}}).told
    assert told["from"] == "Ann Lee"
    private = read(chat={"id": 7, "type": "private", "first_name": "Ann"}).told
    assert private["chat_title"] == "Ann"
    post = read("channel_post", **{"from": None}).told
    assert (post["from"], post["from_id"], post["reply_to"]) == ("", None, None)


@pytest.mark.parametrize(
    ("more", "content", "text"),
    [
        ({"photo": [], "caption": "chart"}, "photo", "chart"),
        ({"document": {}, "animation": {}}, "animation", ""),
        ({"voice": {}}, "voice", ""),
    ],
)
def test_what_is_no_text_says_what_it_is(more, content, text):
    told = read(text=None, **more).told
    assert (told["content"], told["text"]) == (content, text)


def test_what_holds_nothing_to_read_is_left_out():
    assert read(text=None, new_chat_title="New").told is None
    moved = read(text=None, migrate_to_chat_id=-1002)
    assert (moved.told, moved.moved_to) == (None, -1002)
    assert heard(b'{"update_id": 1, "edited_message": {}}') is None


def test_what_is_longer_than_telegram_has_it_is_cut():
    told = read(text="x" * 100_000, chat=CHAT | {"title": "y" * 100_000}).told
    assert (len(told["text"]), len(told["chat_title"])) == (4_096, 300)


def test_what_is_no_update_says_so():
    for data in (b"[]", b"{", b'{"update_id": "1"}', b"{}"):
        with pytest.raises(msgspec.MsgspecError):
            number(data)
    for changes in ({"chat": {}}, {"message_id": "5"}, {"text": 5}, {"from": []}):
        with pytest.raises(msgspec.MsgspecError):
            read(**changes)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*MESSAGE, "photo", "caption", "reply_to_message"]), JSON))
def test_no_message_does_more_than_be_refused(changes):
    try:
        message = read(**changes)
    except msgspec.MsgspecError:
        return
    assert message.told is None or isinstance(message.told["text"], str)


@pytest.mark.parametrize(
    ("text", "chat"),
    [(7, 7), ("7", 7), ("-100123", -100123), ("@News_1", "@news_1")],
)
def test_a_chat_is_a_number_or_a_public_name(text, chat):
    assert chat_of(text) == chat


@pytest.mark.parametrize(
    "text", ["", "news", "@", "@1", "7.5", "--7", 0, "0", 2**53, "9" * 17, "@a/../b", "@a b", "٧"]
)
def test_what_names_no_chat_is_refused(text):
    with pytest.raises(ValueError, match="chat"):
        chat_of(text)


def test_with_no_chats_named_all_are_allowed():
    assert Allowed([]).may_send(7, {})
    assert Allowed([]).may_hear(7, "", {})


def test_only_named_chats_are_allowed_and_what_they_became():
    allowed = Allowed([7, -5, "@news"])
    assert [allowed.may_send(chat, {}) for chat in (7, -5, "@news", 8, "@old", -1005)] == [
        *[True] * 3,
        *[False] * 3,
    ]
    assert allowed.may_send(-1005, {-5: -1005})
    assert not allowed.may_send(-1005, {-6: -1005})
    assert allowed.may_hear(-77, "News", {})
    assert not allowed.may_hear(-77, "Old", {})


def test_whatever_is_kept_of_a_message_has_its_bound():
    long, wide = "t" * 100_000, 2**60
    person = {"id": 7, "first_name": long, "last_name": long}
    chat = {"id": 7, "type": long, "title": long, "username": long}
    told = read(chat=chat, text=long, **{"from": person}).told
    assert max(len(text) for text in told.values() if isinstance(text, str)) == 4_096
    assert sum(len(text) for text in told.values() if isinstance(text, str)) < 6_000
    for changes in (
        {"message_id": wide},
        {"date": 10**4_000},
        {"chat": CHAT | {"id": -wide}},
        {"from": ANN | {"id": wide}},
        {"reply_to_message": {"message_id": wide}},
        {"migrate_to_chat_id": wide},
    ):
        with pytest.raises(msgspec.MsgspecError):
            read(**changes)


def test_what_an_update_holds_beside_the_message_is_not_looked_at():
    more = {f"key_{n}": n for n in range(1_000)}
    update = {"update_id": 1, "message": MESSAGE | more} | more
    assert heard(json.dumps(update).encode()).told == read().told
    assert read(text=None, **more).told is None


def test_an_update_that_is_longer_than_any_is_not_read():
    assert read(caption="x" * 900_000).told is not None
    with pytest.raises(msgspec.MsgspecError, match=r"it has 1,1[0-9,]+ bytes"):
        read(caption="x" * 1_100_000)
