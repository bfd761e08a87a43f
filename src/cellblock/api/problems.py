"""Errors as they are answered: problem documents, one slug for each kind (RFC 9457).

In: what was raised. Out: a response that says what happened and what to do, and never a secret,
a body that was sent, or the text of an exception that nobody planned.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from cellblock.broker.adapter import AdapterError
from cellblock.errors import CellblockError, OperatorFault, WorkerFault
from cellblock.names import NAME_PATTERN, NAME_RULE
from cellblock.store.plainly import plainly
from cellblock.store.ports import StoreFault
from cellblock.store.service import Conflict

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5
"""What a client is told to wait when the store cannot do it now."""
MOST_ERRORS = 100
"""Places that one answer names."""
_LATER = {"Retry-After": str(RETRY_S)}
_logger = logging.getLogger("cellblock.api")

_OURS = frozenset(
    "bad-files bad-key bad-service-file bad-state-file bad-vault jail-failed lost-key newer-file "
    "newer-vault no-cgroup no-fork no-landlock no-proc no-quarantine no-rules no-seccomp no-uid "
    "no-zygote not-attested not-open".split()
)
"""Faults of this machine, which nobody who asks can mend: 503."""
_FAULTS = {"damaged-connection": 409, "no-rule": 404}
"""Any other fault is 422."""
_ADAPTER = {"not_found": 404, "busy": 503, "io": 503, "disk_full": 507, "denied": 403}


class Place(BaseModel):
    """One place of what was sent that cannot be used."""

    where: str
    """Such as ``body.settings.cron``; ``source`` for a place in a worker's source."""
    message: str
    line: int | None = None
    column: int | None = None


class ProblemDocument(BaseModel):
    """What every answer of 400 and above holds."""

    type: str
    title: str
    status: int
    detail: str
    slug: str
    hint: str | None = None
    errors: list[Place] | None = None


class Problem(HTTPException):
    """Raised by a route for an answer that is an error; *errors* are shown as they are."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str,
        hint: str = "",
        *,
        errors: Sequence[Place] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.slug = slug
        self.hint = hint
        self.errors = errors


_LISTS = {
    "worker": "ps",
    "workspace": "workspaces ls",
    "key": "state ls",
    "file": "files ls",
    "version": "versions",
    "hook": "hooks ls",
    "token": "tokens ls",
    "user": "users ls",
    "connection": "connect list",
    "rule": "alerts ls",
}
"""The commands that list what there is."""


def missing(what: str, name: str = "", of: str = "") -> Problem:
    """Say that *what*, called *name*, is not there, or not for this token: nobody learns which.

    *of* are the words that the command needs by which such things are listed.
    """
    called = f"{what} {name[:100]!r}" if name else f"such {what}"
    text = f"there is no {called}, or the token may not see it"
    return Problem(404, "not-found", text, _listed(what, of))


def _listed(what: str, of: str = "") -> str:
    return f"`cellblock {' '.join([_LISTS[what], *of.split()])}` lists what there is"


def answer(problem: Problem) -> Response:
    """Write a problem document."""
    document = ProblemDocument(
        type=f"urn:cellblock:problem:{problem.slug}",
        title=_title(problem.status_code),
        status=problem.status_code,
        detail=problem.detail,
        slug=problem.slug,
        hint=problem.hint or None,
        errors=list(problem.errors[:MOST_ERRORS]) or None,
    )
    return JSONResponse(
        document.model_dump(exclude_none=True),
        problem.status_code,
        dict(problem.headers or {}),
        MEDIA_TYPE,
    )


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem_of(error: Exception, request_id: str = "") -> Problem:  # noqa: PLR0911 - a table
    """Give what is answered for *error*; one that nobody planned is logged, without its text."""
    match error:
        case Problem():
            return error
        case HTTPException():
            return _plain(error)
        case RequestValidationError():
            return _invalid(error)
        case Conflict():
            return Problem(409, "conflict", str(error), error.hint)
        case StoreFault():
            _logger.warning("request %s: the store could not: %s", request_id, error)
            return _unavailable(error)
        case AdapterError():
            hint = _listed("file") if error.code == "not_found" else ""
            slug = error.code.replace("_", "-")
            return Problem(_ADAPTER.get(error.code, 422), slug, str(error), hint)
        case WorkerFault() | OperatorFault():
            return _fault(error, request_id)
        case _:
            _logger.error("request %s: %s", request_id, scrubbed(error))
            return Problem(
                500, "bug", "something happened that should not", f"tell the operator: {request_id}"
            )


def scrubbed(error: BaseException) -> str:
    """Describe an exception by its classes and places, without its text, which may hold a secret.

    A planned error's slug is no secret.
    """
    parts: list[str] = []
    at: BaseException | None = error
    while at is not None and len(parts) < 5:
        slug = f"[{at.slug}]" if isinstance(at, CellblockError) else ""
        frames = traceback.extract_tb(at.__traceback__)[-12:]
        places = " > ".join(f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in frames)
        parts.append(f"{type(at).__name__}{slug} at {places}")
        at = at.__cause__ or at.__context__
    return "; after ".join(parts)


def _fault(error: WorkerFault | OperatorFault, request_id: str) -> Problem:
    if isinstance(error, OperatorFault) and error.slug in _OURS:
        _logger.warning("request %s: %s: %s", request_id, error.slug, error)
        return Problem(503, error.slug, error.message, error.hint, headers=_LATER)
    status = _FAULTS.get(error.slug, 422)
    return Problem(status, error.slug, error.message, error.hint)


def _unavailable(fault: StoreFault) -> Problem:
    """Tell the kind of fault, and not its text, which may name places."""
    known = plainly(fault)
    what = "the store cannot do this now" + (f": {known.what}" if known.what else "")
    hint = f"{known.helps}; /health says what is wrong"
    return Problem(503, "store-unavailable", what, hint, headers=_LATER)


def _plain(error: HTTPException) -> Problem:
    """Give a problem for what the framework itself refuses."""
    slugs = {
        404: ("not-found", "there is nothing at this address"),
        405: ("method-not-allowed", "this address does not take that method"),
    }
    if error.status_code == 400:
        return Problem(422, "invalid", "the request cannot be read")
    slug, detail = slugs.get(error.status_code, ("refused", "the request cannot be answered"))
    return Problem(error.status_code, slug, detail, headers=error.headers)


_PATTERNS = {NAME_PATTERN: f"this cannot be a name: {NAME_RULE}"}
"""What is said in the place of a regular expression."""
_WHOLE_BODY = "send one JSON object, and with it the header Content-Type: application/json"


def _invalid(error: RequestValidationError) -> Problem:
    """Name each place that is wrong, and not what stood there."""
    places = [_place(one) for one in error.errors()[:MOST_ERRORS]]
    first = f": {places[0].where}: {places[0].message}" if places else ""
    hint = _WHOLE_BODY if any(place.where == "body" for place in places) else ""
    return Problem(422, "invalid", f"the request is not as it must be{first}", hint, errors=places)


def _place(one: Mapping[str, Any]) -> Place:
    where = ".".join(str(part)[:200] for part in one.get("loc", ()))
    if one.get("type") == "json_invalid":
        return Place(where="body", message="this is not JSON")
    if words := _PATTERNS.get(one.get("ctx", {}).get("pattern", "")):
        return Place(where=where[:1000], message=words)
    return Place(where=where[:1000], message=str(one.get("msg", "not valid"))[:1000])


def install(app: FastAPI) -> None:
    """Answer each error that a route raises with its problem document."""

    async def problem(request: Request, error: Exception) -> Response:
        return answer(problem_of(error, request.scope["cellblock"].id))

    for kind in (
        HTTPException,
        RequestValidationError,
        Conflict,
        StoreFault,
        AdapterError,
        WorkerFault,
        OperatorFault,
        ResponseValidationError,
    ):
        app.add_exception_handler(kind, problem)
