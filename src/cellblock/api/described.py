"""The OpenAPI page, with the errors that every route can answer as problem documents."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from cellblock.api import cookies
from cellblock.api.entry import LOGIN, PREFIX
from cellblock.api.problems import MEDIA_TYPE, ProblemDocument

_TEXTS = {
    400: "The request cannot be read.",
    401: "No good token was shown.",
    403: "The token sees it, but may not do it.",
    404: "It is not there, or the token may not see it.",
    405: "This address does not take that method.",
    408: "The body came too slowly.",
    409: "It is not as it was expected to be.",
    413: "The body is too long.",
    421: "The service is not called by this name.",
    422: "What was sent cannot be used; `slug` and `errors` say why.",
    429: "Too many wrong tokens or passwords came from this address.",
    500: "A defect of Cellblock.",
    503: "It cannot be done now; try again.",
    507: "There is no room.",
}
_ABOUT = (
    "Workspaces, workers, versions, runs. Errors are problem documents (RFC 9457). Lists have a "
    "cursor. Times are seconds since 1970 (UTC). What a bearer token opens the cookie of a session "
    "opens as well, with the header X-CSRF-Token for all but GET. Every answer may also be one of "
    "421 and 503."
)
_METHODS = ("get", "put", "post", "patch", "delete")
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": cookies.NAME},
    "csrf": {"type": "apiKey", "in": "header", "name": cookies.CSRF},
}
Answers = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Answers:
    """Say which errors a route answers besides those that all do; for its ``responses``."""
    return {status: {"description": _TEXTS[status]} for status in statuses}


def new(model: type, description: str) -> Answers:
    """Say what a route answers for something that was not there; for its ``responses``."""
    return {201: {"model": model, "description": description}}


def described(app: FastAPI) -> dict[str, Any]:
    """Make the page."""
    page = app.openapi()
    page["info"]["description"] = _ABOUT
    parts = page.setdefault("components", {})
    parts.setdefault("securitySchemes", {}).update(_SCHEMES)
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    schemas |= problem.pop("$defs", {})
    schemas["ProblemDocument"] = problem
    for path, operations in page.get("paths", {}).items():
        for method in _METHODS:
            if method in operations:
                _complete(path, operations[method])
    session = page["paths"][LOGIN[1]]
    session["post"]["security"] = []
    session["get"]["security"] = [{"session": []}]
    session["delete"]["security"] = [{"session": [], "csrf": []}]
    return page


def _complete(path: str, operation: dict[str, Any]) -> None:
    inside = path.startswith(PREFIX) or path == "/metrics"
    if inside:
        operation["security"] = [{"bearer": []}]
    elif path == "/health":
        operation["security"] = [{}, {"bearer": []}]
    operation["summary"] = operation.get("description", "").partition(". ")[0].rstrip(".")
    answers: dict[str, Any] = operation.setdefault("responses", {})
    for code in _always(path, operation, inside):
        answers.setdefault(str(code), {"description": _TEXTS[code]})
    for status, answer in answers.items():
        if int(status) < 400:
            continue
        of_framework = "HTTPValidationError" in str(answer.get("content", ""))
        if "content" not in answer or of_framework:
            answer["description"] = _TEXTS.get(int(status), answer["description"])
            schema = {"$ref": "#/components/schemas/ProblemDocument"}
            answer["content"] = {MEDIA_TYPE: {"schema": schema}}


def _always(path: str, operation: dict[str, Any], inside: bool) -> list[int]:
    found = [500, 503]
    if inside or path == "/health":
        found += [401, 429]
    if inside:
        found.append(403)
    if "{" in path:
        found += [404, 422]
    if operation.get("parameters"):
        found.append(422)
    if "requestBody" in operation:
        found += [408, 413, 422]
    return found
