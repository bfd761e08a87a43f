"""What a worker's state may hold: one judgement, whoever writes it. Pure.

In: a key, a value's JSON text, and the sizes of what is there. Out: the key's new size, or
`CallRefused` with the reason. No value is built of the text, and no size is added up twice.
"""

from __future__ import annotations

from cellblock.broker.adapter import CallRefused
from cellblock.limits import STATE_KEY_BYTES, STATE_KEYS, STATE_VALUE_BYTES, STATE_WORKER_BYTES
from cellblock.wire.codec import json_problem


def state_key(key: str) -> str:
    """Accept a key. Limits: STATE_KEY_BYTES. Raises: CallRefused."""
    # Characters first: to encode megabytes only to refuse them would keep the neighbours waiting.
    if not 0 < len(key) <= STATE_KEY_BYTES or len(key.encode("utf-8", "replace")) > STATE_KEY_BYTES:
        raise CallRefused(f"a state key has 1 to {STATE_KEY_BYTES} bytes", "ValueError")
    return key


def judge_value(key: str, value: bytes) -> None:
    """Refuse what is no JSON text or too long. Limits: STATE_VALUE_BYTES. Raises: CallRefused."""
    if len(value) > STATE_VALUE_BYTES:
        raise CallRefused(
            f"the state value of {key!r} has {len(value):,} bytes as JSON; "
            f"the limit is {STATE_VALUE_BYTES:,}",
            "ValueError",
        )
    problem = json_problem(value)
    if problem:
        raise CallRefused(f"the state value of {key!r} is {problem}", "ValueError")


class Room:
    """What a worker's state holds; *sizes* are those of `StateStore.sizes`, and are kept up."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self._sizes = sizes
        self._total = sum(sizes.values())

    def judge(self, key: str, value: bytes) -> int:
        """Refuse what would be too much; gives the bytes of key and value.

        Limits: STATE_WORKER_BYTES, STATE_KEYS. Raises: CallRefused.
        """
        size = len(key.encode()) + len(value)
        total = self._total - self._sizes.get(key, 0) + size
        if total > STATE_WORKER_BYTES:
            raise CallRefused(
                f"the state of this worker would have {total:,} bytes; "
                f"the limit is {STATE_WORKER_BYTES:,}",
                "ValueError",
            )
        if key not in self._sizes and len(self._sizes) >= STATE_KEYS:
            raise CallRefused(
                f"the state of this worker has {len(self._sizes):,} keys, which is the limit",
                "ValueError",
            )
        return size

    def set(self, key: str, size: int) -> None:
        """Note that *key* is kept, with what `judge` gave."""
        self._total += size - self._sizes.get(key, 0)
        self._sizes[key] = size

    def delete(self, key: str) -> None:
        """Note that *key* is gone."""
        self._total -= self._sizes.pop(key, 0)
