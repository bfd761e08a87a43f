"""Everything that runs in a real jail, once more as an ordinary user.

It takes minutes, so it runs beside the others: `conftest` begins it when the tests have been
collected, and the test itself, which is the last of all, waits for its end; where files run in
lanes, it is the first of one lane.
"""

from __future__ import annotations

import os
import re

import pytest


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(os.getuid() != 0, reason="the whole run is an ordinary user's already")
def test_all_of_it_holds_for_an_ordinary_user(ordinary_half):
    code, said = ordinary_half.result()
    tail = said[-6000:]
    assert code == 0, tail
    passed = re.search(r"(\d+) passed", said)
    assert passed, tail
    assert int(passed[1]) > 300, tail
    assert not re.search(r"^SKIPPED|\d+ skipped", said, re.MULTILINE), tail
