"""Log lines over HTTP: pages, and a stream without gap or double."""

from __future__ import annotations

import contextlib
import json
import threading
import time

import httpx
import pytest

from api.services import problem
from cellblock.api import following
from cellblock.api.routes import logs
from cellblock.intake.settings import settings
from cellblock.journal import tail
from cellblock.limits import LOG_STREAMS
from cellblock.names import WorkerRef
from cellblock.store.records import Draft, Line

BOT, OTHER = WorkerRef("default", "bot"), WorkerRef("default", "other")
HERE = "/api/v1/workspaces/default"
AT = f"{HERE}/workers/bot"


@pytest.fixture(autouse=True)
def workers(service):
    for ref in (BOT, OTHER):
        draft = Draft(ref=ref, source="x = 1", settings=settings({}), by="test", at=1.0)
        service.do(service.stores.workers.deploy(draft))


def write(service, *texts, ref=BOT, level="info", at=1.0, told=True):
    lines = [Line(ref=ref, at=at, level=level, message=text) for text in texts]

    async def keep():
        kept, _ = await service.stores.chronicle.keep(lines, [])
        if told:
            service.doors.tail.tell(kept)
        return [line.id for line in kept]

    return service.do(keep())


def listed(api, path=f"{AT}/logs", **params):
    found, cursor = [], None
    while True:
        page = api.get(path, params=params | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += [line["message"] for line in page.json()["items"]]
        if (cursor := page.json()["next"]) is None:
            return found


def test_pages_of_lines_in_both_orders(service, api):
    texts = [f"line {n}" for n in range(7)]
    write(service, *texts)
    write(service, "of another", ref=OTHER)
    for limit in (1, 3, 7, 8):
        assert listed(api, limit=limit) == texts[::-1]
        assert listed(api, limit=limit, order="oldest") == texts
    assert listed(api, f"{HERE}/logs", order="oldest", limit=2) == [*texts, "of another"]


def test_lines_by_level_time_and_text(service, api):
    for number, level in enumerate(("debug", "info", "warn", "error")):
        write(service, f"{level} <script>", level=level, at=float(number))
    assert listed(api, level="warn") == ["error <script>", "warn <script>"]
    assert listed(api, since=1, until=2, order="oldest") == ["info <script>", "warn <script>"]
    assert listed(api, contains="r <s") == ["error <script>"]
    assert listed(api, contains="%") == []
    for params in ({"level": "loud"}, {"since": "nan"}, {"order": "x"}, {"contains": ""}):
        problem(api.get(f"{AT}/logs", params=params), 422, "invalid")


class Stream:
    """Reads events in a thread of its own."""

    def __init__(self, service, path=f"{AT}/logs/stream", client=None, headers=None, **params):
        self.events = []
        self.ended = threading.Event()
        self._client = client or service.client(service.token)
        self._there = threading.Condition()
        self._ask = ("GET", path, params, headers or {})
        self._answer = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        method, path, params, headers = self._ask
        try:
            with self._client.stream(method, path, params=params, headers=headers) as answer:
                self._answer = answer
                assert answer.headers["content-type"].startswith("text/event-stream")
                event = {}
                for line in answer.iter_lines():
                    if line:
                        name, _, value = line.partition(":")
                        event[name] = value.strip()
                        continue
                    with self._there:
                        self.events.append(event)
                        self._there.notify_all()
                    event = {}
        except httpx.HTTPError as error:
            self.error = error
        finally:
            self.ended.set()

    def wait(self, ready):
        with self._there:
            assert self._there.wait_for(lambda: ready(self), 15), self.events
        return self

    def here(self):
        return self.wait(lambda stream: stream.events)

    def lines(self):
        return [json.loads(event["data"]) for event in self.events if event.get("event") == "line"]

    def texts(self):
        return [line["message"] for line in self.lines()]

    def has(self, *texts):
        self.wait(lambda stream: len(stream.texts()) >= len(texts))
        assert self.texts() == list(texts)
        return self

    def close(self):
        self._client.close()


def test_a_stream_tells_what_was_and_then_what_is(service):
    write(service, "a", "b", "c")
    stream = Stream(service, tail=2).has("b", "c")
    write(service, "d\nid: 999\n\nevent: x", "e\r\u2028")
    stream.has("b", "c", "d\nid: 999\n\nevent: x", "e\r\u2028")
    ids = [int(event["id"]) for event in stream.events if "id" in event]
    assert ids == [line["id"] for line in stream.lines()] == sorted(set(ids))
    bare = Stream(service).here()
    write(service, "f")
    bare.has("f")


def test_a_reader_goes_on_where_it_left_off(service):
    ids = write(service, *(f"line {n}" for n in range(1_200)))
    wanted = [f"line {n}" for n in range(3, 1_200)]
    for ask in ({"after": ids[2]}, {"headers": {"Last-Event-ID": str(ids[2])}}):
        stream = Stream(service, **ask)
        stream.has(*wanted)
        stream.close()
    assert Stream(service, after=0, contains="99").has(
        *(f"line {n}" for n in range(1_200) if "99" in str(n))
    )


def test_a_stream_has_only_what_was_asked_for(service):
    stream = Stream(service, level="warn", contains="x").here()
    both = Stream(service, f"{HERE}/logs/stream").here()
    write(service, "x of another", ref=OTHER, level="error")
    write(service, "x too mild")
    write(service, "without", level="error")
    write(service, "x", level="error")
    stream.has("x")
    both.has("x of another", "x too mild", "without", "x")


def test_no_line_is_missing_and_none_comes_twice_while_many_are_written(service):
    write(service, *(f"{n}" for n in range(50)))
    stop = threading.Event()
    count = 50

    def scribble():
        nonlocal count
        while not stop.is_set():
            write(service, *(f"{n}" for n in range(count, count + 7)))
            count += 7

    writer = threading.Thread(target=scribble)
    writer.start()
    streams = [Stream(service, **ask) for ask in ({"after": 0}, {"tail": 50}, {"tail": 500})]
    for stream in streams:
        stream.wait(lambda stream: len(stream.texts()) > 600)
    stop.set()
    writer.join(20)
    for stream in streams:
        stream.wait(lambda stream: stream.texts()[-1] == str(count - 1))
        numbers = [int(text) for text in stream.texts()]
        assert numbers == list(range(numbers[0], count))
    assert int(streams[0].texts()[0]) == 0


def test_whoever_does_not_keep_up_misses_nothing(service, monkeypatch):
    monkeypatch.setattr(tail, "FOLLOWED_LINES", 5)
    monkeypatch.setattr(following, "PAGE_ITEMS", 4)
    stream = Stream(service).here()
    for number in range(20):
        write(service, *(f"{number}.{n}" for n in range(9)))
    stream.has(*(f"{number}.{n}" for number in range(20) for n in range(9)))


def test_a_stream_ends_with_its_token_and_with_the_service(service, monkeypatch):
    monkeypatch.setattr(logs, "BEAT_S", 0.05)
    text = service.make_token("viewer", "default")
    stream = Stream(service, client=service.client(text)).here()
    stream.wait(lambda stream: len(stream.events) > 2)
    (token,) = service.do(service.stores.tokens.tokens("default"))
    service.do(service.stores.tokens.revoke_token(token.id, 1.0))
    assert stream.ended.wait(10)
    other = Stream(service).here()
    service.do(_set(service.app.state.ending))
    assert other.ended.wait(10)


async def _set(event):
    event.set()


def test_only_so_many_follow_at_a_time(service, api):
    with contextlib.ExitStack() as others:
        for _ in range(LOG_STREAMS):
            others.enter_context(service.doors.tail.follow(lambda _: False))
        problem(api.get(f"{AT}/logs/stream"), 429, "too-many-streams")
    Stream(service).here()


def test_no_workspace_takes_all_the_streams(service, api):
    with contextlib.ExitStack() as others:
        for _ in range(LOG_STREAMS // 2):
            others.enter_context(service.doors.tail.follow(lambda _: False, "default"))
        problem(api.get(f"{AT}/logs/stream"), 429, "too-many-streams")
        for _ in range(LOG_STREAMS // 4):
            others.enter_context(service.doors.tail.follow(lambda _: False, "second"))
        assert service.doors.tail.of("third") < LOG_STREAMS - len(service.doors.tail)
    Stream(service).here()


def test_a_follower_is_gone_with_its_client(service):
    stream = Stream(service).here()
    assert len(service.doors.tail) == 1
    stream.close()
    deadline = time.monotonic() + 10
    while len(service.doors.tail):
        assert time.monotonic() < deadline, "the follower stays"
        write(service, "x")


def test_what_a_stream_begins_with_is_judged(service, api):
    for params in ({"tail": -1}, {"tail": 501}, {"after": "x"}, {"after": 2**70}):
        problem(api.get(f"{AT}/logs/stream", params=params), 422, "invalid")
    bad = {"Last-Event-ID": "x"}
    problem(api.get(f"{AT}/logs/stream", headers=bad), 422, "invalid")
