"""The Bot API as its machine-readable description has it: what a value must be like.

In: a value and the names of the types it may have. Out: what is wrong with it, or None.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_PLAIN: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
}
_ZERO = {"Integer": 0, "Float": 0.0, "String": "", "Boolean": False}


class Spec:
    """Methods and types, by name."""

    def __init__(self, path: Path) -> None:
        page = json.loads(path.read_text(encoding="utf-8"))
        self.version: str = page["version"]
        self.methods: dict[str, Any] = page["methods"]
        self.types: dict[str, Any] = page["types"]
        self.by_lower = {name.lower(): name for name in self.methods}

    def wrong(self, value: Any, types: list[str], where: str) -> str | None:
        """Tell what keeps *value* from being one of *types*."""
        reasons = [self._against(value, name, where) for name in types]
        return None if None in reasons else reasons[0]

    def _against(self, value: Any, name: str, where: str) -> str | None:
        if name.startswith("Array of "):
            if not isinstance(value, list):
                return f"{where} is no array"
            inner = [name.removeprefix("Array of ")]
            problems = (
                self.wrong(item, inner, f"{where}[{index}]") for index, item in enumerate(value)
            )
            return next((problem for problem in problems if problem), None)
        if name in _PLAIN:
            fits = isinstance(value, _PLAIN[name]) and isinstance(value, bool) == (
                name == "Boolean"
            )
            return None if fits else f"{where} is no {name}"
        return self._object(value, name, where)

    def _object(self, value: Any, name: str, where: str) -> str | None:
        if not isinstance(value, dict):
            return f"{where} is no {name}"
        if subtypes := self.types[name].get("subtypes"):
            return self.wrong(value, subtypes, where)
        fields = {field["name"]: field for field in self.types[name].get("fields", [])}
        for key, item in value.items():
            if key not in fields:
                return f"{where}.{key} is not a field of {name}"
            if problem := self.wrong(item, fields[key]["types"], f"{where}.{key}"):
                return problem
        missing = [key for key, field in fields.items() if field["required"] and key not in value]
        return f"{where}.{missing[0]} is missing" if missing else None

    def fill(self, name: str, **known: Any) -> dict[str, Any]:
        """Make an object of a type: *known*, and something for every other required field."""
        for field in self.types[name].get("fields", []):
            if field["required"] and field["name"] not in known:
                first = field["types"][0]
                known[field["name"]] = _ZERO[first] if first in _ZERO else self.fill(first)
        return known

    def arguments(
        self, method: str, given: dict[str, Any], files: dict[str, Any]
    ) -> tuple[dict[str, Any], str | None]:
        """Read the arguments of a call, whichever way they came; gives them and what is wrong.

        Text stands for a number, a truth or an object in JSON wherever the type is one of these,
        as Telegram reads it too.
        """
        fields = {field["name"]: field for field in self.methods[method].get("fields", [])}
        found: dict[str, Any] = {}
        attached = {
            text.removeprefix("attach://")
            for text in given.values()
            if isinstance(text, str) and text.startswith("attach://")
        }
        for key in files:
            if key not in fields and key not in attached:
                return found, f"{method} takes no file {key!r}"
        for key, value in given.items():
            if key not in fields:
                return found, f"{method} has no parameter {key!r}"
            types = fields[key]["types"]
            found[key] = _read(value, types)
            if "InputFile" in types and isinstance(found[key], str):
                continue
            if problem := self.wrong(found[key], types, key):
                return found, problem
        for key, field in fields.items():
            if field["required"] and key not in given and key not in files:
                return found, f"{method} needs {key}"
        return found, None


def _read(value: Any, types: list[str]) -> Any:
    if not isinstance(value, str) or "String" in types:
        return value
    if types == ["Boolean"]:
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    try:
        return json.loads(value)
    except ValueError:
        return value


class Loose(Spec):
    """Stands where the description is not at hand: takes whatever comes."""

    def __init__(self) -> None:
        self.version = "none"
        names = "getMe getUpdates getChat sendMessage sendPhoto sendDocument".split()
        self.methods = {name: {"returns": []} for name in names}
        self.types = {}
        self.by_lower = {name.lower(): name for name in names}

    def wrong(self, value: Any, types: list[str], where: str) -> str | None:
        del value, types, where
        return None

    def fill(self, name: str, **known: Any) -> dict[str, Any]:
        del name
        return known

    def arguments(
        self, method: str, given: dict[str, Any], files: dict[str, Any]
    ) -> tuple[dict[str, Any], str | None]:
        del method, files
        return given, None


@cache
def spec(path: Path) -> Spec:
    """Read the description once, if it is there."""
    return Spec(path) if path.exists() else Loose()
