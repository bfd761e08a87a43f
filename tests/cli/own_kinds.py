"""The command line with kinds of our own: a program for the tests beside it."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import msgspec

from cellblock.broker.adapter import AdapterError
from cellblock.broker.kind import Kind, Place
from cellblock.broker.plugins import BuiltIn
from cellblock.broker.secret import Secret
from cellblock.cli.main import main
from cellblock.compose import catalogue


class WeatherSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    environment: Literal["live", "demo"] = "live"
    """Which of the bureau's worlds."""
    api_key: Secret
    """Whose account."""
    api_secret: Secret | None = None
    stations: tuple[str, ...] = ()
    """Only these."""
    max_calls: Annotated[int, msgspec.Meta(ge=1)] = 10
    fast: bool = False
    note: str | None = None
    table: dict[str, int] = msgspec.field(default_factory=dict)
    level: Literal[1, 2] = 1
    room: int | str | None = None
    most: Annotated[float, msgspec.Meta(gt=0)] | None = None
    weights: tuple[float, ...] = ()
    odd: str = msgspec.field(default="", name="odd-name.of/it")
    name: str = "nobody"

    def __post_init__(self) -> None:
        if self.note == "never":
            raise ValueError("this note cannot be")


class Weather:
    def __init__(self, settings: WeatherSettings, place: Place) -> None:
        self._settings = settings
        self._place = place

    async def now(self) -> dict[str, Any]:
        """Tell what it is like."""
        return {"connection": self._place.connection, "world": self._settings.environment}

    async def check(self) -> dict[str, Any]:
        key = self._settings.api_key.reveal()
        match self._settings.note:
            case "deny":
                raise AdapterError(f"no account has the key {key}", "denied")
            case "answer":
                return {"error": f"no {key}", "code": "denied"}
            case "break":
                raise KeyError(key)
        return {"time": 1, "key": key}


class PublicSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    city: str = "Oslo"


class Public:
    def __init__(self, settings: PublicSettings, _place: Place) -> None:
        self._settings = settings

    async def city(self) -> str:
        """Name the city."""
        return self._settings.city


class SpareSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: Secret | None = None


WEATHER = Kind(name="weather", summary="Ask the bureau.", settings=WeatherSettings, worker=Weather)
PUBLIC = Kind(
    name="public", summary="Ask anybody.", settings=PublicSettings, worker=Public, keyless=True
)
OPTIONAL = Kind(name="spare", summary="Ask.", settings=SpareSettings, worker=Public)
SPARE = BuiltIn(f"{__name__}:OPTIONAL")
KINDS = {
    "weather": BuiltIn(f"{__name__}:WEATHER"),
    "public": BuiltIn(f"{__name__}:PUBLIC", keyless=True),
}

if __name__ == "__main__":
    catalogue.BUILT_IN = KINDS
    sys.exit(main())
