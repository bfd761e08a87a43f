from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.supervisor.backoff import delay_s


def test_the_first_loss_costs_nothing_and_the_wait_doubles_up_to_a_minute():
    assert [delay_s(losses) for losses in range(11)] == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


@given(st.integers(0, 10**9))
def test_the_wait_never_falls_and_is_never_more_than_a_minute(losses):
    assert 0 <= delay_s(losses) <= delay_s(losses + 1) <= 60


@pytest.mark.parametrize("losses", [10**6, 10**18])
def test_any_number_of_losses_has_a_wait(losses):
    assert delay_s(losses) == 60.0
