"""What reaches the logs of an embedding program."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from pathlib import Path

import httpcore
import httpx

from cellblock.broker import quiet
from cellblock.broker.adapter import AdapterError
from cellblock.broker.web import Reach, Web, exchange
from peers.network import names
from peers.web_server import Peer, Visit, free_port, response, says, says_then


def _logged(records: list[logging.LogRecord]) -> str:
    return "\n".join(f"{record.name} {record.getMessage()} {record.exc_info}" for record in records)


def test_nothing_of_a_request_reaches_a_log_and_what_others_do_does(caplog):
    caplog.set_level(logging.DEBUG)
    token = "t0ken-of-the-bot"

    async def fetch(web: Web, url: str, reach: Reach) -> None:
        client = web.client(reach)
        request = client.build_request(
            "POST", url, headers={"Authorization": token}, content=token.encode()
        )
        with contextlib.suppress(AdapterError):
            await exchange(client, request, limit_bytes=9_999, timeout_s=5)

    async def scenario() -> None:
        web = Web(resolve=names())
        asyncio.get_running_loop().slow_callback_duration = 0.0
        for script in (
            says(response(token.encode(), X_Token=token)),
            says(response(b"", "302 Found", Location=f"http://x/{token}")),
            says_then(b"", Visit.reset),
            says_then(response(b"x", length=9), Visit.reset),
            says(b"nonsense " + token.encode() + b"\r\n\r\n"),
        ):
            async with Peer(script) as peer:
                await fetch(web, peer.url(f"/bot{token}/x"), Reach(private=(peer.place,)))
        port = free_port()
        await fetch(web, f"http://127.0.0.1:{port}/{token}", Reach(private=(f"127.0.0.1:{port}",)))
        await fetch(web, f"http://127.0.0.1/{token}", Reach())
        await fetch(web, f"http://nothing.invalid/{token}", Reach())
        await web.close()
        assert token not in _logged(caplog.records)
        assert not [record for record in caplog.records if record.name.startswith("http")]
        # The program around us goes on to log its own.
        async with Peer(says(response())) as peer, httpx.AsyncClient(trust_env=False) as own:
            await asyncio.gather(
                own.get(peer.url("/own")),
                fetch(web, peer.url("/ours"), Reach(private=(peer.place,))),
            )
        said = _logged(caplog.records)
        assert "/own" in said
        assert "/ours" not in said
        assert "httpcore.http11 send_request_headers.started" in said
        await web.close()

    asyncio.run(scenario(), debug=True)


def test_the_list_of_loggers_is_that_of_the_libraries():
    found = set()
    for library in (httpx, httpcore):
        for file in Path(library.__file__).parent.rglob("*.py"):
            found |= set(re.findall(r"getLogger\(\"([\w.]+)\"\)", file.read_text(encoding="utf-8")))
    assert found == set(quiet.LOGGERS)
