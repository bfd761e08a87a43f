"""From the exchange's answers to those of ctx.bybit: flat, snake_case, with numbers. Pure.

Every value is text there. Here a field is text, a whole number or a float by its name, so that it
has one type whatever its value; "" is None. Text stay all ids, symbols, coins and cursors, and what
does not read as a number. The tables below say which names; the rest are floats.
"""

from __future__ import annotations

import functools
import re
from typing import Any, Literal

import msgspec

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit.amounts import read
from cellblock.broker.methods import uncollected
from cellblock.limits import BYBIT_ANSWER_VALUES

Envelope = dict[str, Any]
Answer = dict[str, Any]

_TEXT_NAMES = frozenset(
    {"symbol", "coin", "baseCoin", "quoteCoin", "settleCoin", "feeCurrency", "nextPageCursor"}
    | {"displayName", "side", "category", "symbolType", "extraFees", "rejectReason", "s"}
)
_TEXT_END = re.compile(r"I[dD]$")
"""orderId, orderLinkId, execId, blockTradeId, smpOrderId, …: some are digits alone."""
_WHOLE_NAMES = frozenset(
    {"seq", "success", "fillCount", "isLeverage", "fundingIntervalHour", "fundingInterval"}
    | {"priceScale", "innovation", "stTag", "positionIdx", "riskId", "ts", "cts", "u"}
)
_WHOLE_END = re.compile(r"([tT]ime|Time[sS]tamp|timestamp|Timestamp|timeSecond|timeNano)$")
"""Times in milliseconds since 1970, and those of the server's clock."""
_NAMES = {
    "s": "symbol",
    "b": "bids",
    "a": "asks",
    "u": "update_id",
    "mP": "mark_price",
    "iP": "index_price",
    "mIv": "mark_iv",
}
"""Abbreviations of the order book and of option trades."""
_KEYS_ARE_DATA = frozenset({"cumFeeDetail"})
"""Objects whose keys are coins."""
_CANDLE = ("start", "open", "high", "low", "close", "volume", "turnover")
_DEEPEST = 12
_LONGEST_NAME = 80
"""Characters; the longest name of the exchange has 33."""
_REMEMBERED = 2_000
"""Names of fields that are remembered; the exchange has some hundreds."""
_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@functools.lru_cache(_REMEMBERED)
def snake(name: str) -> str:
    """Give the name that worker code knows: ``price24hPcnt`` is ``price24h_pcnt``."""
    return _NAMES.get(name) or _WORD_ENDS.sub("_", name).lower()


def camel(name: str) -> str:
    """Give the exchange's name of a parameter: ``order_link_id`` is ``orderLinkId``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def envelope(body: bytes) -> Envelope:
    """Read an answer.

    Raises: AdapterError("bad_answer") for what is none of the exchange's, and "too_large" for one
    of more values than any of its own.
    """
    # Each value but the first of a list or object has a comma before it, so that nothing small
    # can become much; commas in a text count as well, and there are few.
    if body.count(b",") + body.count(b"[") + body.count(b"{") > BYBIT_ANSWER_VALUES:
        text = f"bybit: the answer has more than {BYBIT_ANSWER_VALUES:,} values"
        raise AdapterError(text, "too_large")
    try:
        with uncollected():
            found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise AdapterError("bybit: the answer is no JSON", "bad_answer") from None
    if (
        not isinstance(found, dict)
        or type(found.get("retCode")) is not int
        or not isinstance(found.get("retMsg"), str)
        or type(found.get("time", 0)) is not int
    ):
        raise AdapterError("bybit: the answer has not the form of the V5 API", "bad_answer")
    return found


def plain(answer: Envelope) -> Answer:
    """Give the result as it is, and the server's time."""
    return {**_object(_result(answer)), "time": answer.get("time")}


def listed(answer: Envelope) -> Answer:
    """Give ``{"list", "next_page_cursor", …, "time"}``."""
    result = _result(answer)
    _rows(result)
    return {"next_page_cursor": None, **_object(result), "time": answer.get("time")}


def only(answer: Envelope, what: str) -> Answer:
    """Give the single row of a list. Raises: AdapterError("not_found") if there is none."""
    rows = _rows(_result(answer))
    if not rows:
        raise AdapterError(f"bybit: there is no {what}", "not_found")
    if not isinstance(rows[0], dict):
        raise _odd()
    return {**_object(rows[0]), "time": answer.get("time")}


def candles(answer: Envelope) -> Answer:
    """Give candles as dicts, the oldest first: the exchange has it the other way round."""
    result = _result(answer)
    rows = []
    for row in reversed(_rows(result)):
        if not isinstance(row, list) or len(row) < len(_CANDLE):
            raise _odd()
        values = [read(_text(cell), whole=place == 0) for place, cell in enumerate(row)]
        rows.append(dict(zip(_CANDLE, values, strict=False)))
    return {**_object({**result, "list": []}), "list": rows, "time": answer.get("time")}


def _result(answer: Envelope) -> dict[str, Any]:
    result = answer.get("result")
    if result is None:
        return {}
    if not isinstance(result, dict):
        raise _odd()
    return result


def _rows(result: dict[str, Any]) -> list[Any]:
    rows = result.get("list")
    if not isinstance(rows, list):
        raise _odd()
    return rows


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _odd()
    return value


def _odd() -> AdapterError:
    return AdapterError("bybit: the answer has not the form that its page describes", "bad_answer")


def _object(fields: dict[str, Any], depth: int = 0) -> Answer:
    if any(len(name) > _LONGEST_NAME for name in fields):
        raise _odd()
    return {snake(name): _value(name, value, depth + 1) for name, value in fields.items()}


@functools.lru_cache(_REMEMBERED)
def _type(name: str) -> Literal["text", "whole", "float"]:
    if name in _TEXT_NAMES or _TEXT_END.search(name):
        return "text"
    return "whole" if name in _WHOLE_NAMES or _WHOLE_END.search(name) else "float"


def _value(name: str, value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise _odd()
    if isinstance(value, str):
        kind = _type(name)
        return (value or None) if kind == "text" else read(value, whole=kind == "whole")
    if isinstance(value, dict):
        if name in _KEYS_ARE_DATA:
            return {key: _value("", item, depth + 1) for key, item in value.items()}
        return _object(value, depth)
    if isinstance(value, list):
        return [_value(name, item, depth + 1) for item in value]
    return value
