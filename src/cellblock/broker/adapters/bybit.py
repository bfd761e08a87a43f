"""`ctx.bybit`: the exchange's V5 API, with the operator's guards before it.

Keys stay here. Market data needs none; what is done in an account goes through the connection's one
desk, where the guards of `cellblock.broker.bybit.guards` judge it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec

from cellblock.broker.bybit.account import Balance, Positions, Reports
from cellblock.broker.bybit.calls import Category
from cellblock.broker.bybit.client import Client, Patience
from cellblock.broker.bybit.desk import Desk
from cellblock.broker.bybit.guards import Rules
from cellblock.broker.bybit.market import MarketData
from cellblock.broker.bybit.signing import Key
from cellblock.broker.bybit.trade import Orders
from cellblock.broker.kind import Kind, Surroundings
from cellblock.broker.secret import Secret
from cellblock.broker.web import Reach

_HOSTS = {
    "mainnet": "https://api.bybit.com",
    "testnet": "https://api-testnet.bybit.com",
    "demo": "https://api-demo.bybit.com",
}


class BybitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to Bybit. Without a key it gives market data."""

    environment: Literal["mainnet", "testnet", "demo"] = "mainnet"
    """``demo`` has mainnet's prices and play money; a key is good for one of the three."""
    endpoint: str | None = None
    """Another address than the environment's, such as ``https://api.bybit.eu``."""
    api_key: Secret | None = None
    api_secret: Secret | None = None
    recv_window_ms: Annotated[int, msgspec.Meta(ge=1_000, le=60_000)] = 5_000
    """For how long after its time a request is good."""
    read_only: bool = False
    """Let no worker change anything."""
    categories: tuple[str, ...] = ()
    """Categories that may be traded, such as ``spot``; empty allows all. Reading is free."""
    symbols: tuple[str, ...] = ()
    """Symbols that may be traded, such as ``BTCUSDT``; empty allows all. Reading is free."""
    max_order_notional: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """The most dollars that one order may come to."""
    max_orders_per_minute: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Orders of all workers of this connection together."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if bool(self.api_key) is not bool(self.api_secret):
            raise ValueError("api_key and api_secret belong together: give both, or neither")
        for secret in (self.api_key, self.api_secret):
            if secret and not re.fullmatch(r"[!-~]+", secret.reveal()):
                raise ValueError("a key is letters and digits, with no space around them")
        if not set(self.categories) <= set(get_args(Category)):
            raise ValueError(f"categories are of {', '.join(get_args(Category))}")
        for symbol in self.symbols:
            if not re.fullmatch(r"[A-Z0-9-]+", symbol):
                raise ValueError("symbols are written as the exchange does: BTCUSDT, with no space")
        if self.endpoint is not None:
            _host_and_port(self.endpoint)

    @property
    def base_url(self) -> str:
        """Where the exchange is."""
        return (self.endpoint or _HOSTS[self.environment]).rstrip("/")


class Bybit(MarketData, Orders, Reports, Positions, Balance):
    """Bybit's V5 API by the names of its own Python client."""

    async def check(self) -> dict[str, Any]:
        """Ask for the time, and with a key for the account: for `cellblock connect test`."""
        found = {"time": (await self.get_server_time())["time"]}
        if self._keyed:
            account = await self.get_wallet_balance()
            found["total_equity"] = account.get("total_equity")
        return found


def open_desk(
    settings: BybitSettings, surroundings: Surroundings, patience: Patience | None = None
) -> Desk:
    """Make what the workers of one connection share."""
    patience = patience or Patience()
    place = _host_and_port(settings.base_url)
    # An address that the operator wrote down may be private; one of the exchange's may not.
    private = (place,) if settings.endpoint is not None else ()
    web = surroundings.web.client(
        Reach(hosts=(place,), private=private), timeout_s=patience.attempt_s
    )
    key = None
    if settings.api_key and settings.api_secret:
        key = Key(settings.api_key, settings.api_secret, settings.recv_window_ms)
    most = settings.max_order_notional
    rules = Rules(
        read_only=settings.read_only,
        categories=frozenset(settings.categories),
        symbols=frozenset(settings.symbols),
        max_order_notional=None if most is None else Decimal(repr(most)),
        max_orders_per_minute=settings.max_orders_per_minute,
    )
    client = Client(web, settings.base_url, key, surroundings.clock, patience)
    return Desk(client, rules, surroundings.clock)


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("endpoint is an address such as https://api.bybit.eu")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("endpoint has only a scheme, a host and a port")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


KIND = Kind(
    name="bybit",
    summary="Prices and orders at the Bybit exchange.",
    settings=BybitSettings,
    worker=Bybit,
    shared=open_desk,
    keyless=True,
    reaching=frozenset({"endpoint"}),
)
