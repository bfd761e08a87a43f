"""One rule's messages: gathered, spaced, tried again, and given up in bounded time."""

from __future__ import annotations

import asyncio

import pytest

from alerts.house import Kept, happening, rule, until
from cellblock.alerts import outbox as module
from cellblock.alerts.channels import NotSent
from cellblock.alerts.letters import Notice
from cellblock.alerts.outbox import Outbox
from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.limits import ALERT_ATTEMPTS, ALERT_GAP_S, ALERT_PAUSE_MAX_S, ALERT_QUEUE


def notice(number) -> Notice:
    return Notice(key=f"k{number}", happening=happening(worker=f"w{number}"))


def play(channel, scenario, gap_s=0.0, monkeypatch=None):
    """Run with short pauses; gives what the scenario gives, what was kept and the pauses."""
    kept, slept = [], []
    real = asyncio.sleep

    async def keep(notices, at):
        kept.append(([item.key for item in notices], at))

    async def run():
        box = Outbox(rule(), channel, HandClock(), keep, str)
        try:
            async with asyncio.timeout(20):
                return await scenario(box, kept)
        finally:
            await box.close()

    async def sleep(seconds):
        slept.append(seconds)
        await real(0.001)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.asyncio, "sleep", sleep)
        given = asyncio.run(run())
    return given, kept, slept


def test_what_waits_goes_into_one_letter_in_its_order():
    channel = Kept(hold=asyncio.Event())

    async def scenario(box, kept):
        box.put(notice(0))
        await asyncio.sleep(0)
        for number in range(1, 6):
            box.put(notice(number))
        channel.hold.set()
        await box.idle()

    _, kept, slept = play(channel, scenario)
    assert [keys for keys, _ in kept] == [["k0"], ["k1", "k2", "k3", "k4", "k5"]]
    assert {at for _, at in kept} == {1_700_000_000.0}
    assert [len(letter.notices) for letter in channel.letters] == [1, 5]
    assert ALERT_GAP_S in slept


def test_a_storm_is_a_few_letters_and_bounded_in_memory():
    channel = Kept(hold=asyncio.Event())

    async def scenario(box, kept):
        for number in range(3 * ALERT_QUEUE):
            box.put(notice(number))
            if number == 0:
                await until(lambda: box._waiting == module.deque())
        assert len(box._waiting) == ALERT_QUEUE
        channel.hold.set()
        await box.idle()

    _, kept, _ = play(channel, scenario)
    _first, second = channel.letters
    assert second.notices[0].happening.worker == f"w{2 * ALERT_QUEUE}"
    assert len(second.notices) + second.more == 3 * ALERT_QUEUE - 1
    # Those that were dropped were counted in the letter, and so they are told.
    assert len(kept[1][0]) == 3 * ALERT_QUEUE - 1


def test_a_channel_that_comes_back_is_tried_until_then():
    refusals = [NotSent("down", again=True), NotSent("slow down", again=True, after_s=50.0)]
    refusals.append(NotSent("slow", again=True, after_s=1e9))
    channel = Kept(refusals=refusals)

    async def scenario(box, kept):
        box.put(notice(0))
        await box.idle()
        return box.failure

    failure, kept, slept = play(channel, scenario)
    assert failure == ""
    assert len(channel.letters) == 1
    assert kept == [(["k0"], 1_700_000_000.0)]
    assert slept[:3] == [1.0, 50.0, ALERT_PAUSE_MAX_S]


@pytest.mark.parametrize(
    ("refusal", "tries", "words"),
    [
        (NotSent("down", again=True), ALERT_ATTEMPTS, "down"),
        (NotSent("gone", again=False), 1, "gone"),
        (OperatorFault("lost-key", "the key is lost"), 1, "the key is lost"),
        (ZeroDivisionError("hidden"), 1, "it failed inside the host; its operator can see why"),
    ],
)
def test_a_channel_that_stays_broken_is_given_up_and_the_next_notice_tries_anew(
    refusal, tries, words, caplog
):
    channel = Kept(refusals=[refusal] * tries)

    async def scenario(box, kept):
        box.put(notice(0))
        await box.idle()
        said, left = box.failure, len(channel.refusals)
        box.put(notice(1))
        await box.idle()
        return said, left, box.failure

    (said, left, after), kept, slept = play(channel, scenario)
    assert (said, left, after) == (words, 0, "")
    assert kept == [(["k0"], None), (["k1"], 1_700_000_000.0)]
    assert slept[: tries - 1] == [1.0, 5.0, 25.0, 120.0][: tries - 1]
    assert any("were not sent" in record.getMessage() for record in caplog.records)


def test_closing_gives_up_what_hangs():
    channel = Kept(hold=asyncio.Event())

    async def scenario(box, kept):
        box.put(notice(0))
        await asyncio.sleep(0)
        await box.close()

    _, kept, _ = play(channel, scenario)
    assert kept == []
