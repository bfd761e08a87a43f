from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.telegram.feed import Feed
from cellblock.limits import TELEGRAM_QUEUE
from cellblock.names import WorkerId

A, B = WorkerId("a"), WorkerId("b")


def texts(answer):
    return [message["text"] for message in answer["messages"]]


def fill(feed, *what):
    for text in what:
        feed.add({"text": text})


def test_each_reader_gets_every_message_once_and_in_order():
    feed = Feed()
    first, second = feed.join(A), feed.join(B)
    fill(feed, 1, 2, 3)
    assert feed.read(first, 2) == {
        "messages": [{"text": 1}, {"text": 2}],
        "dropped": 0,
        "left": 1,
    }
    assert texts(feed.read(first, 20)) == [3]
    assert texts(feed.read(second, 20)) == [1, 2, 3]
    assert feed.read(first, 20) == {"messages": [], "dropped": 0, "left": 0}


def test_what_is_too_old_is_dropped_and_counted_once():
    feed = Feed()
    place = feed.join(A)
    fill(feed, *range(TELEGRAM_QUEUE + 5))
    answer = feed.read(place, 2)
    assert (texts(answer), answer["dropped"], answer["left"]) == ([5, 6], 5, TELEGRAM_QUEUE - 2)
    assert feed.read(place, 1)["dropped"] == 0


def test_a_new_reader_begins_after_the_newest():
    feed = Feed()
    fill(feed, 1)
    place = feed.join(A)
    fill(feed, 2)
    assert texts(feed.read(place, 20)) == [2]


def test_a_reader_that_comes_back_reads_on_and_its_namesake_does_not():
    feed = Feed()
    place = feed.join(A)
    fill(feed, 1, 2)
    feed.read(place, 1)
    feed.leave(A, place)
    fill(feed, 3)
    back, namesake = feed.join(A), feed.join(A)
    assert texts(feed.read(back, 20)) == [2, 3]
    assert texts(feed.read(namesake, 20)) == []


def test_of_readers_that_are_gone_only_so_many_are_remembered():
    feed = Feed()
    for number in range(3_000):
        feed.leave(WorkerId(f"w{number}"), feed.join(WorkerId(f"w{number}")))
    assert len(feed._left) == 1_000


@given(st.lists(st.one_of(st.integers(1, 700), st.sampled_from("ab")), max_size=30))
def test_read_dropped_and_left_are_all_there_was(steps):
    feed, added = Feed(), 0
    places = {"a": feed.join(A), "b": feed.join(B)}
    seen = {"a": 0, "b": 0}
    for step in steps:
        if isinstance(step, int):
            fill(feed, *range(added, added + step))
            added += step
            continue
        answer = feed.read(places[step], 100)
        numbers = texts(answer)
        assert numbers == list(range(seen[step] + answer["dropped"], places[step].next))
        seen[step] = places[step].next
        assert seen[step] + answer["left"] == added
