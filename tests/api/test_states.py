"""A worker's state over HTTP: the bounds of ctx.state, any key, all of it out and in."""

from __future__ import annotations

import json
import uuid
from urllib.parse import quote

import pytest

from api.services import problem
from cellblock.limits import STATE_KEY_BYTES, STATE_KEYS, STATE_VALUE_BYTES
from cellblock.names import WorkerRef
from cellblock.store.records import Standing

BOT = WorkerRef("default", "bot")
AT = "/api/v1/workspaces/default/workers/bot"


@pytest.fixture(autouse=True)
def worker(api):
    api.put(AT, json={"source": "x = 1"})


def url(key):
    return f"{AT}/state/{quote(key, safe='').replace('.', '%2E')}"


def put(api, key, content, **options):
    return api.put(url(key), content=content, **options)


def get(api, key):
    return api.get(url(key))


@pytest.mark.parametrize(
    "key",
    ["a", "a/b", "/a", "a//b/", " ", "..", "é🙂", "a\nb", "a\n", "%2F", "?x#y", "\0", "\u2028"],
)
def test_any_key_is_set_read_listed_and_deleted(service, api, key):
    assert put(api, key, b'{"n": [1, null]}').status_code == 204
    assert service.do(service.doors.states.get(BOT.state_id, key)) == b'{"n": [1, null]}'
    answer = get(api, key)
    assert (answer.content, answer.headers["content-type"]) == (
        b'{"n": [1, null]}',
        "application/json",
    )
    assert [one["key"] for one in api.get(f"{AT}/state").json()["items"]] == [key]
    assert api.delete(url(key)).status_code == 204
    problem(get(api, key), 404, "not-found")
    told = problem(api.delete(url(key)), 404, "not-found")
    assert repr(key) in told["detail"]
    assert told["hint"] == "`cellblock state ls bot` lists what there is"


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b'"\xff"', b"NaN", b"[" * 100_000, b"1 2", b"x" * (STATE_VALUE_BYTES + 1)],
)
def test_what_is_no_json_or_too_long_is_refused(api, content):
    problem(put(api, "k", content), 422, "bad-state")
    problem(get(api, "k"), 404, "not-found")


def test_the_bounds_of_a_worker_hold(service, api):
    limit = b'"' + b"x" * (STATE_VALUE_BYTES - 2) + b'"'
    assert put(api, "k", limit).status_code == 204
    problem(put(api, "k" * (STATE_KEY_BYTES + 1), b"1"), 422, "invalid")
    problem(put(api, "é" * STATE_KEY_BYTES, b"1"), 422, "bad-state")
    values = {f"k{n:05}": b"1" for n in range(STATE_KEYS)}
    service.do(service.doors.states.replace(BOT.state_id, values))
    problem(put(api, "more", b"1"), 422, "bad-state")
    assert put(api, "k00000", b"2").status_code == 204
    page = api.get(f"{AT}/state", params={"limit": 2}).json()
    assert [one["key"] for one in page["items"]] == ["k00000", "k00001"]
    assert (page["keys"], page["bytes"]) == (STATE_KEYS, 7 * STATE_KEYS)
    after = api.get(f"{AT}/state", params={"limit": 2, "cursor": page["next"]}).json()
    assert [one["key"] for one in after["items"]] == ["k00002", "k00003"]


def test_a_body_that_is_too_long_for_any_is_413(api):
    problem(put(api, "k", b"x" * 6_000_001), 413, "too-large")


def stop(service, api, state="stopped"):
    api.post(f"{AT}/stop")
    standing = Standing(ref=BOT, state=state, since=1.0)
    service.do(service.stores.standings.stand([standing]))


def test_all_of_it_goes_out_and_comes_in_at_another_worker(service, api):
    values = {"a": b"1", "b\n": b'{"x": "\xc3\xa9"}', "c": b'"' + b"y" * 500_000 + b'"'}
    service.do(service.doors.states.replace(BOT.state_id, values))
    out = api.get(f"{AT}/state-export")
    assert out.headers["content-type"] == "application/x-ndjson"
    assert out.headers["content-disposition"].startswith("attachment")
    lines = out.content.splitlines()
    assert json.loads(lines[0]) == {
        "format": "cellblock-state", "version": 1, "worker": "bot", "keys": 3,
    }  # fmt: skip
    other = AT.replace("bot", "other")
    api.put(other, json={"source": "x = 1"})
    problem(api.put(f"{other}/state-import", content=out.content), 409, "not-stopped")
    api.post(f"{other}/stop")
    done = api.put(f"{other}/state-import", content=out.content)
    assert done.json() == {"keys": 3, "worker": "bot"}
    assert (
        service.do(service.doors.states.page(WorkerRef("default", "other").state_id, "", 10**9))
        == values
    )
    problem(api.put(f"{other}/state-import", content=out.content), 409, "state-there")
    less = b"".join(line + b"\n" for line in lines[:2]).replace(b'"keys":3', b'"keys":1')
    assert (
        api.put(f"{other}/state-import", content=less, params={"replace": "true"}).json()["keys"]
        == 1
    )
    assert service.do(service.doors.states.keys(WorkerRef("default", "other").state_id)) == ["a"]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"format":"cellblock-state","version":1,"worker":"w","keys":2}\n{"key":"a","value":1}\n'])  # fmt: skip
def test_a_broken_import_changes_nothing(service, api, content):
    stop(service, api)
    put(api, "k", b"1")
    answer = api.put(f"{AT}/state-import", content=content, params={"replace": "true"})
    problem(answer, 422, "bad-import")
    assert get(api, "k").content == b"1"


def test_an_import_waits_until_the_process_has_ended(service, api):
    stop(service, api, state="running")
    problem(api.put(f"{AT}/state-import", content=b""), 409, "not-stopped")


def test_a_worker_that_writes_all_the_time_spoils_its_export(service, api):
    states = service.doors.states

    class Busy:
        def __getattr__(self, name):
            return getattr(states, name)

        async def page(self, worker, after, max_bytes):
            await states.set(worker, f"z{uuid.uuid4()}", b"1")
            return await states.page(worker, after, max_bytes)

    put(api, "k", b"1")
    service.change(states=Busy())
    problem(api.get(f"{AT}/state-export"), 409, "state-changed")
