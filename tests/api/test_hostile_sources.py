"""Deploys of hostile and broken sources, read in a real jail."""

from __future__ import annotations

import asyncio
import threading

import pytest

from api.services import problem
from cellblock import Sandbox

AT = "/api/v1/workspaces/default/workers"


@pytest.fixture
def jailed(service):
    """A service that reads sources as the real one does."""

    async def begin():
        sandbox = Sandbox(preload=())
        await sandbox.__aenter__()
        return sandbox

    sandbox = service.do(begin())

    async def check(source, filename):
        return await sandbox.check(source, filename=filename)

    service.change(check=check)
    yield service
    service.do(sandbox.__aexit__(None, None, None))


def deploy(api, source, name="bot"):
    return api.put(f"{AT}/{name}", json={"source": source})


@pytest.mark.jail
def test_a_broken_source_is_refused_with_the_line_of_each_error(jailed, api):
    document = problem(deploy(api, "def tick(ctx):\n    retrun 1 +\n"), 422, "bad-source")
    assert document["errors"][0]["where"] == "source"
    assert document["errors"][0]["line"] == 2
    document = problem(
        deploy(api, "x = 1\nimport socket\n\ndef tick(ctx):\n    pass\n"), 422, "bad-source"
    )
    assert [place["line"] for place in document["errors"]] == [2]
    problem(api.get(f"{AT}/bot"), 404, "not-found")
    assert deploy(api, "def tick(ctx):\n    pass\n").status_code == 201


@pytest.mark.jail
@pytest.mark.parametrize(
    "source",
    [
        "(" * 100_000 + ")" * 100_000,
        "-" * 900_000 + "1",
        "\0",
        "",
        "x" + ".a" * 400_000,
        "f'" + "{" * 9_000,
    ],
    ids=["parentheses", "minus", "nul", "empty", "attributes", "f-string"],
)
def test_a_source_that_is_hard_on_the_parser_is_a_clear_refusal(jailed, api, source):
    answer = deploy(api, source)
    assert answer.status_code == 422, answer.text[:500]
    assert answer.json()["slug"] in {
        "bad-source",
        "unreadable-source",
        "source-not-text",
        "source-empty",
    }
    assert len(answer.content) < 200_000
    assert deploy(api, "def tick(ctx):\n    pass\n").status_code == 201


@pytest.mark.jail
def test_hostile_and_good_deploys_at_once_do_not_stand_in_one_anothers_way(jailed):
    sources = ["(" * 50_000, "def tick(ctx):\n    pass\n"] * 4
    answers = {}

    def go(number, client, source):
        answers[number] = deploy(client, source, name=f"w{number}").status_code

    clients = [jailed.of("operator", "default") for _ in sources]
    threads = [
        threading.Thread(target=go, args=(number, clients[number], source))
        for number, source in enumerate(sources)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert [answers[number] for number in range(8)] == [422, 201] * 4


def test_a_check_that_hangs_keeps_nobody_from_anything_else(service, api):
    hanging = asyncio.Event()

    async def check(*_):
        await hanging.wait()
        return ()

    service.change(check=check)
    clients = [service.of("operator", "default") for _ in range(3)]
    threads = [
        threading.Thread(target=deploy, args=(client, "x = 1", f"w{n}"))
        for n, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    assert api.get(AT).status_code == 200
    assert (
        api.put(f"{AT}/free", json={"source": "x = 1"}, params={"check": "false"}).status_code
        == 201
    )

    async def go_on():
        hanging.set()

    service.do(go_on())
    for thread in threads:
        thread.join(20)
    assert len(api.get(AT).json()["items"]) == 4
