from __future__ import annotations

import msgspec
import pytest

from cellblock.errors import OperatorFault
from cellblock.intake.settings import changed, depth, settings
from cellblock.limits import CONFIG_BYTES, CONFIG_DEPTH


def refusal(values):
    with pytest.raises(OperatorFault) as caught:
        settings(values)
    assert caught.value.slug == "bad-settings"
    return caught.value.message


def nested(count):
    return msgspec.json.decode(b'{"a":' * count + b"1" + b"}" * count)


def test_a_configuration_may_be_nested_so_deep_and_no_deeper():
    assert depth(settings({"config": nested(CONFIG_DEPTH)}).config) == CONFIG_DEPTH
    assert "nested" in refusal({"config": nested(CONFIG_DEPTH + 1)})
    assert "nested" in refusal({"config": {"a": [[[nested(CONFIG_DEPTH)]]]}})
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    refusal({"config": {"a": deep}})


def test_a_configuration_has_so_many_bytes_and_no_more():
    settings({"config": {"a": "x" * (CONFIG_BYTES - 8)}})
    assert "bytes" in refusal({"config": {"a": "x" * (CONFIG_BYTES - 7)}})


@pytest.mark.parametrize(
    ("value", "levels"), [(1, 0), ({}, 1), ([], 1), ([[]], 2), ({"a": [1, {"b": 2}]}, 3)]
)
def test_depth_counts_what_stands_in_one_another(value, levels):
    assert depth(value) == levels


def test_a_change_keeps_what_it_does_not_name():
    before = settings({"interval_s": 5, "config": {"a": 1}, "limits": {"max_errors": 3}})
    after = changed(before, {"cron": "* * * * *", "limits": {"memory_bytes": 10**8}})
    assert (after.interval_s, after.cron, after.config) == (None, "* * * * *", {"a": 1})
    assert (after.limits.max_errors, after.limits.memory_bytes) == (3, 10**8)
    assert changed(after, {"cron": None}).interval_s == 10.0
    assert changed(after, {"config": None}).config == {}
