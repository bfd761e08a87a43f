"""A uid is one worker's alone for as long as it lives, whatever host of the process it is of."""

from __future__ import annotations

import os
from types import SimpleNamespace

from cellblock.supervisor.identities import Identities

POOL = SimpleNamespace(own_uids=True, uid_pool_start=1_900_000_000)


def test_two_hosts_of_one_process_give_no_uid_twice():
    one, other = Identities(POOL), Identities(POOL)
    taken = [host.take()[0] for host in (one, other, one, other)]
    try:
        assert len({*taken}) == 4
        other.give_back(taken[1])
        assert one.take()[0] == taken[1], "it is free again, for whoever comes next"
    finally:
        for uid in taken:
            one.give_back(uid)


def test_without_a_pool_it_is_the_hosts_own():
    host = Identities(SimpleNamespace(own_uids=False, uid_pool_start=None))
    assert host.take() == (os.getuid(), os.getgid())


def test_a_uid_that_is_given_back_twice_is_free_once():
    host = Identities(POOL)
    first = host.take()[0]
    host.give_back(first)
    host.give_back(first)
    taken = [host.take()[0] for _ in range(2)]
    try:
        assert taken[0] == first
        assert taken[1] != first
    finally:
        for uid in taken:
            host.give_back(uid)
