"""What an HTTP reply of the exchange means. Pure.

Out: the envelope, whatever its retCode. Raises: `Unanswered` where the request may have been done
all the same, AdapterError where it was turned away at the door.

Source: https://bybit-exchange.github.io/docs/v5/error#http-code
"""

from __future__ import annotations

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit.answers import Envelope, envelope
from cellblock.broker.bybit.faults import DOUBTFUL, REPLACE, Refused, Unanswered, bare
from cellblock.broker.web import Reply

BANNED = (
    "bybit: this host's address has asked too often and is shut out for ten minutes; "
    "let its workers ask less"
)
_REGIONS = "the exchange does not serve the US, mainland China and some other regions"
_TURNED_AWAY = {
    400: ("bybit: the request is malformed (400)", "bad_request"),
    401: (f"bybit: the API key was not accepted (401){REPLACE}", "denied"),
    403: (f"bybit: this host is not let in (403): {_REGIONS}", "denied"),
    404: ("bybit: there is no such endpoint, or not for this account (404)", "bad_request"),
}


def banned(reply: Reply) -> bool:
    """Tell whether the exchange shuts this address out for having asked too often."""
    return reply.status == 403 and b"too frequent" in reply.body[:1000].lower()


def opened(reply: Reply) -> Envelope:
    """Read the envelope."""
    if banned(reply):
        raise AdapterError(BANNED, "rate_limited")
    if reply.status in _TURNED_AWAY:
        raise AdapterError(*_TURNED_AWAY[reply.status])
    if reply.status == 429:
        raise Unanswered("the exchange is too busy (429)", "rate_limited", sent=False)
    if reply.status >= 500:
        raise Unanswered(f"the exchange failed ({reply.status})", "server", sent=True)
    kind = reply.media_type
    if reply.status != 200 or kind != "application/json":
        shown = f"status {reply.status} and the type {kind or 'none'}"
        raise Unanswered(f"an answer with {shown} came, not JSON", "bad_answer", sent=True)
    try:
        return envelope(reply.body)
    except AdapterError as error:
        raise Unanswered(bare(error), error.code, sent=True) from None


def accepted(answer: Envelope) -> Envelope:
    """Give the envelope of a yes. Raises: `Refused`, and `Unanswered` for a failure inside."""
    if answer["retCode"] == 0:
        return answer
    refused = Refused(answer)
    if refused.ret_code in DOUBTFUL:
        raise Unanswered(bare(refused), refused.code, sent=True)
    raise refused
