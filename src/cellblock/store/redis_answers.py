"""What Redis answers, held to the kind that was asked for: something else may listen in its place.

Raises StoreFault, and nothing else.
"""

from __future__ import annotations

from typing import Any, NoReturn

from cellblock.store.ports import StoreFault
from cellblock.store.redis_fault import RedisFault


def number(answer: Any) -> int:
    """Give a whole number."""
    return answer if isinstance(answer, int) else _strange()


def value(answer: Any) -> bytes | None:
    """Give bytes, or None for nothing."""
    return answer if answer is None or isinstance(answer, bytes) else _strange()


def items(answer: Any, length: int | None = None) -> list[Any]:
    """Give a list, of *length* if that is known."""
    if not isinstance(answer, list) or length not in {None, len(answer)}:
        _strange()
    return answer


def text(answer: Any) -> str:
    """Give text, such as a key."""
    try:
        return answer.decode("utf-8") if isinstance(answer, bytes) else _strange()
    except UnicodeDecodeError:
        raise StoreFault("Redis holds something there that is no text") from None


def setting(answer: Any) -> str | None:
    """Give what CONFIG GET answered; None if it is not allowed, or not known."""
    fits = isinstance(answer, list) and len(answer) == 2 and isinstance(answer[1], bytes)
    return answer[1].decode("utf-8", "replace") if fits else None


def information(answer: Any) -> dict[str, str]:
    """Give what INFO answered; nothing if it is not allowed."""
    if not isinstance(answer, bytes):
        return {}
    lines = answer.decode("utf-8", "replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _strange() -> NoReturn:
    raise RedisFault("what answers in the place of Redis gives answers of another kind", "garbage")
