"""Where the HTTP clients of one host come from, and what they share.

Nothing of httpx is imported before the first client is made: a host without connections, and the
start of any other, does without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cellblock.broker import quiet
from cellblock.limits import WEB_STEP_S

if TYPE_CHECKING:
    import ssl

    import httpcore

    from cellblock.broker.dial import Dialer, Resolve
    from cellblock.broker.reach import Reach
    from cellblock.broker.transport import Client

USER_AGENT = "cellblock"


class Web:
    """What the HTTP clients of one host share; used on one event loop."""

    def __init__(
        self,
        *,
        resolve: Resolve | None = None,
        backend: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        quiet.install()
        self._resolve = resolve
        self._backend = backend
        self._trust: dict[str | None, ssl.SSLContext] = {}
        self._clients: set[Client] = set()

    def client(
        self,
        rules: Reach,
        *,
        timeout_s: float = WEB_STEP_S,
        keepalive_s: float = 20.0,
        user_agent: str = USER_AGENT,
        ca_file: str | None = None,
    ) -> Client:
        """Make a client; its user closes it, or `close` does.

        *timeout_s* bounds each single step of a request; `exchange` bounds them together. *ca_file*
        names certificate authorities that are trusted beside the public ones.
        Raises: ValueError for rules that cannot be read, OSError for a file that cannot.
        """
        from cellblock.broker.transport import Client, NoCookies, Transport, open_pool

        judge, dialer = self._dialers(rules)
        if ca_file is not None:
            self._context(ca_file)  # which may not be there, and is to be missed now
        client = Client(
            transport=Transport(
                lambda: open_pool(rules.proxy, dialer, self._context(ca_file), keepalive_s),
                judge,
                dialer,
            ),
            timeout=timeout_s,
            trust_env=False,
            follow_redirects=False,
            cookies=NoCookies(),
            headers={"user-agent": user_agent, "accept-encoding": "gzip, deflate"},
        )
        self._clients.add(client)
        client.forget = self._clients.discard
        return client

    def _dialers(self, rules: Reach) -> tuple[Dialer, Dialer]:
        """Make what judges targets, and what connects: the same, or to the proxy."""
        import httpcore

        from cellblock.broker.dial import Dialer, Lookup
        from cellblock.broker.reach import Gate, read_proxy

        self._resolve = self._resolve or Lookup()
        self._backend = self._backend or httpcore.AnyIOBackend()
        judge = Dialer(Gate(rules), self._resolve, self._backend)
        if rules.proxy is None:
            return judge, judge
        read_proxy(rules.proxy)
        return judge, Dialer(None, self._resolve, self._backend)

    def _context(self, ca_file: str | None) -> ssl.SSLContext:
        if ca_file not in self._trust:
            from ssl import TLSVersion

            import httpx

            # Reading the authorities takes 20 ms: once for all clients, at the first request.
            context = httpx.create_ssl_context(trust_env=False)
            # A distribution's Python may leave the oldest version to the library beneath.
            context.minimum_version = max(context.minimum_version, TLSVersion.TLSv1_2)
            if ca_file is not None:
                context.load_verify_locations(ca_file)
            self._trust[ca_file] = context
        return self._trust[ca_file]

    async def close(self) -> None:
        """Close every client that is still open."""
        for client in tuple(self._clients):
            await client.aclose()
