"""How a call to the exchange can fail, and the words that worker code is told it by.

`Refused` is the exchange's own no, with its retCode; `Unanswered` is that no usable answer came,
and says whether the request may have been read: only then is its effect in doubt.

Source: https://bybit-exchange.github.io/docs/v5/error
"""

from __future__ import annotations

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit.answers import Envelope

DUPLICATE = frozenset({110072, 170141})
"""The orderLinkId was used before: derivatives, spot."""
GONE = frozenset({110001, 110008, 110010, 170139, 170142, 170143, 170190, 170213})
"""There is no open order of that id: never was, filled, or cancelled."""
LEVERAGE_UNCHANGED = 110043
STOPS_UNCHANGED = 34040
WRONG_TIME = 10002
TOO_MANY = 10006
DOUBTFUL = frozenset({10000, 10016, 10019, 170001, 170007, 170032, 170146, 170147, 170234, 170310})
"""The exchange failed on the way; a write may have had its effect."""

_WORDS: dict[str, frozenset[int]] = {
    "bad_request": frozenset({10001, 10017, 10029, 100028, 3100326})
    | {170121, 170130, 170134, 170137},
    "clock": frozenset({-1, WRONG_TIME}),
    "denied": frozenset({-2015, 10003, 10004, 10005, 10007, 10008, 10009, 10010, 10024, 10027})
    | {10028, 33004, 110066, 110069, 110071, 110088, 110097, 110123, 110124, 110125, 110132}
    | {170209, 170219, 170348},
    "rate_limited": frozenset({429, TOO_MANY, 10018, 170005, 170222}),
    "server": DOUBTFUL,
    "insufficient_balance": frozenset({110004, 110006, 110007, 110012, 110014, 110044, 110045})
    | {110047, 110051, 110052, 110053, 110131, 170033, 170131, 30256},
    "too_small": frozenset({110017, 110094, 170136, 170140}),
    "too_large": frozenset({110013, 110021, 110086, 110089, 110090})
    | {170124, 170228, 170229, 170341},
    "bad_price": frozenset({110003, 110120, 110121, 30208, 30209})
    | {170132, 170133, 170371, 170372},
    "not_found": GONE,
    "duplicate": DUPLICATE | {10014},
    "not_modified": frozenset({LEVERAGE_UNCHANGED, STOPS_UNCHANGED, 110025, 110026, 110027}),
}
WORDS = {code: word for word, codes in _WORDS.items() for code in codes}
"""retCode to the word in ``"code"``; any other is ``refused``."""

REPLACE = "; the operator can replace it: `cellblock connect bybit --ask`"
_SENTENCES = {
    -1: "the request came too late",
    WRONG_TIME: "the host's clock differs too much from the exchange's; its operator must set it",
    10003: "the API key is not known there; a key is good for one of mainnet, testnet and demo",
    10004: "the signature is wrong: the API secret does not belong to the key",
    10005: "the API key lacks the permission for this",
    10009: "the exchange does not serve the region of this host",
    10010: "the API key is bound to other IP addresses than this host's",
    33004: "the API key has expired",
    -2015: "the API key has expired",
}
"""Ours, where the exchange's would be unclear or quote the key."""
_BAD_KEY = frozenset({10003, 10004, 33004, -2015})
"""Another key helps, and nothing else."""


class Refused(AdapterError):
    """The exchange answered no. *lost* tells whether an attempt before it went unanswered."""

    def __init__(self, answer: Envelope) -> None:
        ret_code: int = answer["retCode"]
        message: str = answer["retMsg"]
        said = _SENTENCES.get(ret_code) or message.strip() or "no reason given"
        hint = REPLACE if ret_code in _BAD_KEY else ""
        super().__init__(f"bybit: {said} ({ret_code}){hint}", WORDS.get(ret_code, "refused"))
        self.ret_code = ret_code
        self.answer = answer
        self.lost = False


class Unanswered(AdapterError):
    """No usable answer came. *sent* tells whether the request may have been read."""

    def __init__(self, message: str, code: str, *, sent: bool) -> None:
        super().__init__(f"bybit: {message}", code)
        self.sent = sent


def in_doubt(what: str, cause: str) -> AdapterError:
    """Give the error of a write whose effect nobody knows."""
    return AdapterError(f"{what} may or may not have been carried out: {cause}", "uncertain")


def bare(error: AdapterError) -> str:
    """Give the text of an error of ours, to be told by another."""
    return str(error).removeprefix("bybit: ")
