from __future__ import annotations

import pytest

from cellblock.api.throttle import MOST_ADDRESSES, Throttle, network_of
from cellblock.limits import AUTH_FAILURE_S, AUTH_FAILURES


def test_an_address_may_fail_so_often_at_once_and_then_once_in_a_while():
    throttle = Throttle()
    assert [throttle.fail("192.0.2.1", 100.0) for _ in range(AUTH_FAILURES)] == [0.0] * 10
    assert throttle.fail("192.0.2.1", 100.0) == pytest.approx(AUTH_FAILURE_S)
    assert throttle.fail("192.0.2.1", 103.0) == pytest.approx(AUTH_FAILURE_S - 3)
    assert throttle.fail("192.0.2.1", 106.0) == 0.0
    assert throttle.fail("192.0.2.1", 106.0) > 0
    assert throttle.fail("192.0.2.2", 106.0) == 0.0, "another address owes nothing"


def test_what_was_owed_is_forgotten_with_time():
    throttle = Throttle()
    for _ in range(AUTH_FAILURES * 3):
        throttle.fail("192.0.2.1", 0.0)
    later = AUTH_FAILURES * AUTH_FAILURE_S
    assert [throttle.fail("192.0.2.1", later) for _ in range(AUTH_FAILURES)] == [0.0] * 10


def test_many_addresses_take_no_more_memory_than_some():
    throttle = Throttle()
    for number in range(MOST_ADDRESSES + 500):
        throttle.fail(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)
    assert len(throttle._free_at) == MOST_ADDRESSES


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("local", "local"),
        ("x" * 5000, "x" * 100),
    ],
)
def test_an_address_is_counted_under_its_network(address, counted):
    assert network_of(address) == counted
