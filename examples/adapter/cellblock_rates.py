"""`ctx.rates`: exchange rates from an HTTP service that the operator names."""

import msgspec

from cellblock.plugin import AdapterError, Kind, Place, Reach, Secret, Surroundings, exchange


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: str
    """Where the service is, such as https://rates.example.com/v1."""
    key: Secret
    """What the service knows you by."""


class Rate(msgspec.Struct):
    base: str
    quote: str
    rate: float


def client(settings: Settings, surroundings: Surroundings) -> object:
    return surroundings.web.client(Reach.only(settings.url))


class Rates:
    def __init__(self, settings: Settings, place: Place) -> None:
        self._settings, self._client = settings, place.shared

    async def latest(self, base: str, quote: str = "USD") -> Rate:
        """Give ``{"base", "quote", "rate"}``: how many *quote* one *base* costs now."""
        request = self._client.build_request(
            "GET",
            f"{self._settings.url}/latest",
            params={"base": base, "quote": quote},
            headers={"authorization": f"Bearer {self._settings.key.reveal()}"},
        )
        reply = await exchange(self._client, request, limit_bytes=100_000, timeout_s=10)
        if reply.status != 200:
            code = "denied" if reply.status in {401, 403} else "server"
            raise AdapterError(f"the service answered {reply.status}", code)
        try:
            return msgspec.json.decode(reply.body, type=Rate)
        except msgspec.MsgspecError:
            raise AdapterError("the service answered what is no rate", "bad_answer") from None


RATES = Kind(
    name="rates", summary="Exchange rates.", settings=Settings, worker=Rates, shared=client
)
