"""Passwords: what is kept of them, and how many are looked at."""

from __future__ import annotations

import asyncio
import threading

import pytest

from cellblock.api import passwords
from cellblock.api.passwords import COST, Passwords, kept, right
from cellblock.api.problems import Problem
from cellblock.limits import PASSWORDS_WAITING

WORDS = "correct horse battery"


@pytest.fixture
def cheap(monkeypatch):
    monkeypatch.setattr(passwords, "COST", (2, 8, 1))


def test_what_is_kept_is_salted_and_dear():
    log, size, lanes = COST
    assert (1 << log) * size * 128 > 30_000_000
    assert (1 << log) * lanes >= 90_000
    one, two = kept(WORDS), kept(WORDS)
    assert one != two
    assert one.startswith("scrypt$15$8$3$")
    assert WORDS not in one
    assert right(WORDS, one)
    assert not right(WORDS + " ", one)


def test_a_password_is_the_same_however_a_machine_writes_its_letters(cheap):
    assert right("e\u0301" * 12, kept("\xe9" * 12))


def test_what_was_kept_at_another_cost_is_known_still(cheap, monkeypatch):
    known = kept(WORDS)
    monkeypatch.setattr(passwords, "COST", (3, 8, 2))
    assert right(WORDS, known)


def test_of_nobody_a_password_is_tried_all_the_same(cheap, monkeypatch):
    tried = []
    scrypt = passwords._scrypt
    monkeypatch.setattr(passwords, "_scrypt", lambda *of: tried.append(of[2]) or scrypt(*of))

    async def play():
        desk = Passwords()
        known = await desk.keep(WORDS)
        for _ in range(2):
            tried.clear()
            assert await desk.right(WORDS, known) is True
        assert len(tried) == 1, "only the first of all makes what stands for nobody"
        tried.clear()
        assert await desk.right(WORDS, None) is False
        nobody = len(tried)
        tried.clear()
        assert await desk.right("x", known) is False
        assert len(tried) == nobody == 1
        desk.close()

    asyncio.run(play())


def test_they_are_looked_at_one_at_a_time_and_of_too_many_the_rest_is_refused(monkeypatch):
    free, busy, most = threading.Event(), [], []

    def slow(_password):
        busy.append(1)
        most.append(len(busy))
        free.wait(10)
        busy.pop()
        return ""

    monkeypatch.setattr(passwords, "kept", slow)

    async def play():
        desk = Passwords()
        asked = [asyncio.create_task(desk.keep("x")) for _ in range(PASSWORDS_WAITING + 4)]
        await asyncio.sleep(0.05)
        refused = [one for one in asked if one.done()]
        assert {one.exception().status_code for one in refused} == {503}
        assert len(refused) == 3
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        with pytest.raises(Problem, match="too many passwords"):
            await desk.keep("x")  # who gives up makes no room, for the work goes on
        free.set()
        for _ in range(100):
            if desk._waiting == 0:
                break
            await asyncio.sleep(0.01)
        assert await desk.keep("x") == ""
        desk.close()

    asyncio.run(play())
    assert set(most) == {1}
