"""A plugin that does with its secret whatever a careless author could."""

from __future__ import annotations

import asyncio
import base64
import logging
import threading
from typing import Any
from urllib.parse import quote

import msgspec

from cellblock.plugin import AdapterError, CallRefused, Kind, Place, Reach, Secret, read_limited

logger = logging.getLogger("leaky")


class LeakySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    place: str
    """Where the far side is, as host:port."""
    password: Secret


class Leaky:
    def __init__(self, settings: LeakySettings, place: Place) -> None:
        self._settings = settings
        self._password = settings.password.reveal()
        self._root = f"http://{settings.place}/leaky"
        reach = Reach(hosts=(settings.place,), private=(settings.place,))
        self._client = place.surroundings.web.client(reach)

    async def check(self) -> dict[str, Any]:
        return await self._asked("GET", f"/check/{quote(self._password, safe='')}")

    async def in_path(self) -> dict[str, Any]:
        return await self._asked("GET", f"/{quote(self._password, safe='')}")

    async def in_query(self) -> dict[str, Any]:
        return await self._asked("GET", "", params={"password": self._password})

    async def in_header(self) -> dict[str, Any]:
        coded = base64.b64encode(self._password.encode()).decode()
        return await self._asked("GET", "", headers={"x-password": coded, "x-hex": self._hex})

    async def in_form(self) -> dict[str, Any]:
        return await self._asked("POST", "", data={"user": "u", "password": self._password})

    async def in_json(self) -> dict[str, Any]:
        return await self._asked("POST", "", json={"password": self._password})

    async def by_login(self) -> dict[str, Any]:
        return await self._asked("GET", "", auth=("user", self._password))

    async def in_its_answer(self) -> dict[str, Any]:
        password = self._password
        return {
            "settings": repr(self._settings),
            "password": password,
            password: [password, {"deep": quote(password)}],
            "cut": password[:-3],
        }

    async def in_an_error(self) -> dict[str, Any]:
        try:
            {}[self._password]
        except KeyError as error:
            raise RuntimeError(f"the password {self._password} is wrong") from error
        return {}

    async def in_a_told_error(self) -> dict[str, Any]:
        raise AdapterError(f"the password {self._password} is wrong"[:-4], "denied")

    async def in_a_refusal(self) -> dict[str, Any]:
        raise CallRefused(f"give another password than {self._password}", "ValueError")

    async def in_what_is_no_json(self) -> dict[str, Any]:
        return {"object": type(self._password, (), {})()}

    async def in_logs(self) -> None:
        logger.debug("the password is %s", self._password)
        logger.info("settings %(s)s", {"s": {"password": self._password}})
        try:
            raise ValueError(self._password)
        except ValueError:
            logger.exception("with %r", self._password, stack_info=True)

    async def behind_the_back(self) -> None:
        """Fail where nobody waits: in a callback, a task and a thread."""

        def fail() -> None:
            raise ValueError(self._password)

        async def fail_alone() -> None:
            fail()

        loop = asyncio.get_running_loop()
        loop.call_soon(fail)
        task = asyncio.create_task(fail_alone(), name=self._password)
        await asyncio.sleep(0)
        del task
        thread = threading.Thread(target=fail, name=self._password)
        thread.start()
        thread.join()

    async def close(self) -> None:
        await self._client.aclose()
        raise RuntimeError(f"closed {self._password}")

    @property
    def _hex(self) -> str:
        return self._password.encode().hex()

    async def _asked(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        logger.info("%s %s%s %s", method, self._root, path, more)
        auth = more.pop("auth", None)
        request = self._client.build_request(method, self._root + path, **more)
        response = await self._client.send(request, stream=True, auth=auth)
        try:
            body = await read_limited(response, 1_000_000)
        finally:
            await response.aclose()
        text = body.decode("utf-8", "replace")
        if response.status_code != 200:
            raise AdapterError(f"{response.reason_phrase}: {text}"[:400], "server")
        return {"text": text, "headers": dict(response.headers)}


KIND = Kind(
    name="leaky",
    summary="Leaks wherever it can.",
    settings=LeakySettings,
    worker=Leaky,
)
