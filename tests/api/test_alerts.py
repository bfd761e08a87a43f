"""Rules for alerts by the API: what a channel needs is judged before a rule is kept."""

from __future__ import annotations

import asyncio

import pytest

from api.front import front
from cellblock.limits import ALERT_RULES
from cellblock.store.ports import ALERT_KIND, Kept

RULES = "/api/v1/workspaces/default/alerts"
LOG = {"name": "ops", "on": ["paused", "recovered"], "channel": "log"}
HOOK = LOG | {"channel": "webhook", "target": "https://ops.example/in?key=hidden"}
BOT = LOG | {"channel": "telegram"}


def play(folder, scenario):
    async def run():
        async with front(folder) as here, asyncio.timeout(60):
            return await scenario(here)

    return asyncio.run(run())


async def connect(here, name="main", **settings):
    secrets = {"token": "1:a"}
    await here.vault.put(
        Kept(workspace="default", kind="telegram", name=name, settings=settings, secrets=secrets)
    )


def test_a_rule_is_made_listed_changed_tested_and_removed(tmp_path):
    async def scenario(here):
        operator = here.clients["operator"]
        answer = await operator.post(
            RULES, json=LOG | {"settings": {"repeat_s": 60, "late_ticks": 3.0}}
        )
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert made.pop("secret") is None
        assert made == {
            "id": made["id"],
            "name": "ops",
            "on": ["paused", "recovered"],
            "workers": [],
            "channel": "log",
            "target": "",
            "settings": {"repeat_s": 60, "late_ticks": 3},
            "enabled": True,
            "created_at": here.clock.wall_s(),
            "revision": 1,
        }
        assert answer.headers["etag"] == '"1"'
        assert (await here.clients["viewer"].get(RULES)).json() == {"items": [made], "next": None}
        path = f"{RULES}/{made['id']}"
        change = {"workers": ["b", "b"], "settings": {"repeat_s": None, "late_s": 2}}
        answer = await operator.patch(path, json=change, headers={"If-Match": '"1"'})
        changed = made | {
            "workers": ["b"],
            "settings": {"late_ticks": 3, "late_s": 2},
            "revision": 2,
        }
        assert (answer.status_code, answer.json()) == (200, changed)
        answer = await operator.patch(path, json={"enabled": False}, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.json()["slug"]) == (409, "conflict")
        again = await operator.patch(path, json={"workers": ["b"]})
        assert again.json()["revision"] == 2
        answer = await operator.post(f"{path}/test")
        assert (answer.status_code, answer.content) == (204, b"")
        assert "content-type" not in answer.headers
        assert here.tested == [("default", made["id"])]
        assert [(await operator.delete(path)).status_code for _ in range(2)] == [204, 404]
        assert (await operator.post(f"{path}/test")).status_code == 404
        assert (await operator.patch(path, json={})).status_code == 404

    play(tmp_path, scenario)


def test_what_signs_a_webhooks_alerts_is_sealed_and_shown_once(tmp_path):
    async def scenario(here):
        operator = here.clients["operator"]
        drawn = (await operator.post(RULES, json=HOOK)).json()
        given = (await operator.post(RULES, json=HOOK | {"secret": "x" * 16})).json()
        assert len(drawn["secret"]) >= 43
        assert given["secret"] == "x" * 16
        for rule in (drawn, given):
            kept = await here.vault.get("default", ALERT_KIND, rule["id"])
            assert kept.secrets == {"secret": rule["secret"]}
        shown = (await operator.get(RULES)).text + str(await here.registry.audit.audit(None))
        assert drawn["secret"] not in shown
        assert "x" * 16 not in shown
        path = f"{RULES}/{drawn['id']}"
        assert (await operator.patch(path, json={"secret": "y" * 16})).status_code == 200
        kept = await here.vault.get("default", ALERT_KIND, drawn["id"])
        assert kept.secrets == {"secret": "y" * 16}
        await operator.delete(path)
        assert await here.vault.get("default", ALERT_KIND, drawn["id"]) is None
        # The address may hold a key of the receiver's.
        assert "hidden" in (await operator.get(RULES)).text
        (item,) = (await here.clients["viewer"].get(RULES)).json()["items"]
        assert item["target"] == "https://ops.example/"

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (LOG | {"channel": "pigeon"}, "body"),
        (LOG | {"on": []}, "body.log.on"),
        (LOG | {"on": ["born"]}, "body.log.on.0"),
        (LOG | {"workers": ["No Name"]}, "body.log.workers.0"),
        (LOG | {"target": "x"}, "body.log.target"),
        (LOG | {"settings": {"chat_id": 7}}, "body.log.settings.chat_id"),
        (LOG | {"settings": {"repeat_s": 1}}, "body.log.settings.repeat_s"),
        (LOG | {"settings": {"late_s": 0}}, "body.log.settings.late_s"),
        (LOG | {"settings": {"late_ticks": 0}}, "body.log.settings.late_ticks"),
        (LOG | {"channel": "webhook"}, "body.webhook.target"),
        (LOG | {"enabled": 0}, "body.log.enabled"),
        (LOG | {"settings": {"repeat_s": "60"}}, "body.log.settings.repeat_s"),
        (LOG | {"settings": {"late_ticks": True}}, "body.log.settings.late_ticks"),
        (HOOK | {"secret": "short"}, "body.webhook.secret"),
        (BOT | {"target": "Main"}, "body.telegram.target"),
        (BOT | {"settings": {"chat_id": 1.5}}, "body.telegram.settings.chat_id"),
    ],
)
def test_a_rule_of_a_wrong_shape_is_422_and_says_where(tmp_path, wrong, where):
    async def scenario(here):
        answer = await here.clients["operator"].post(RULES, json=wrong)
        assert (answer.status_code, answer.json()["slug"]) == (422, "invalid")
        assert any(place["where"].startswith(where) for place in answer.json()["errors"])

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (HOOK | {"target": "ftp://ops.example/"}, "target"),
        (HOOK | {"target": "nonsense"}, "target"),
        (HOOK | {"target": "http://127.0.0.1:8080/x"}, "on this machine"),
        (HOOK | {"target": "http://[::ffff:10.0.0.1]/x"}, "in a private network"),
        (HOOK | {"target": "https://ops.example:22/"}, "port"),
        (HOOK | {"target": "https://user:pass@ops.example/"}, "target"),
        (BOT | {"target": "other"}, "no telegram connection 'other'"),
        (BOT, "neither the rule nor its connection names a chat"),
        (BOT | {"settings": {"chat_id": "no chat"}}, "settings.chat_id"),
    ],
)
def test_a_rule_that_could_tell_nobody_is_422(tmp_path, wrong, words):
    async def scenario(here):
        await connect(here)
        answer = await here.clients["operator"].post(RULES, json=wrong)
        assert (answer.status_code, answer.json()["slug"]) == (422, "bad-rule")
        assert words in answer.json()["detail"]
        assert "user:pass" not in answer.text
        assert await here.registry.rules.rules(None) == []

    play(tmp_path, scenario)


def test_a_bot_needs_a_chat_of_the_rule_or_of_its_connection(tmp_path):
    async def scenario(here):
        await connect(here)
        await connect(here, "second", chat_id=7)
        operator = here.clients["operator"]
        first = await operator.post(RULES, json=BOT | {"settings": {"chat_id": "@ops_room"}})
        second = await operator.post(RULES, json=BOT | {"target": "second"})
        assert (first.status_code, second.status_code) == (201, 201), first.text + second.text
        path = f"{RULES}/{first.json()['id']}"
        for change in (
            {"settings": {"chat_id": None}},
            {"target": "third"},
            {"secret": "x" * 20},
        ):
            answer = await operator.patch(path, json=change)
            assert (answer.status_code, answer.json()["slug"]) == (422, "bad-rule"), change
        log = (await operator.post(RULES, json=LOG)).json()
        for change in ({"settings": {"chat_id": 7}}, {"target": "x"}):
            answer = await operator.patch(f"{RULES}/{log['id']}", json=change)
            assert (answer.status_code, answer.json()["slug"]) == (422, "bad-rule"), change

    play(tmp_path, scenario)


def test_rules_are_made_by_operators_and_seen_by_viewers_of_the_workspace_alone(tmp_path):
    async def scenario(here):
        made = (await here.clients["operator"].post(RULES, json=LOG)).json()
        path = f"{RULES}/{made['id']}"
        statuses = {}
        for who, client in here.clients.items():
            statuses[who] = [
                (await client.get(RULES)).status_code,
                (await client.post(RULES, json=LOG)).status_code,
                (await client.patch(path, json={})).status_code,
                (await client.post(f"{path}/test")).status_code,
                (await client.delete(path)).status_code,
            ]
        assert statuses == {
            "nobody": [401] * 5,
            "viewer": [200, 403, 403, 403, 403],
            "operator": [200, 201, 200, 204, 204],
            "stranger": [404] * 5,
        }
        elsewhere = RULES.replace("default", "other")
        theirs = (await here.clients["stranger"].post(elsewhere, json=LOG)).json()
        answer = await here.clients["operator"].delete(f"{RULES}/{theirs['id']}")
        assert answer.status_code == 404
        assert len(await here.registry.rules.rules("other")) == 1

    play(tmp_path, scenario)


def test_a_workspace_has_so_many_rules_and_no_more_and_they_are_paged(tmp_path):
    async def scenario(here):
        operator = here.clients["operator"]
        for number in range(ALERT_RULES):
            answer = await operator.post(RULES, json=HOOK | {"name": f"r{number % 7}"})
            assert answer.status_code == 201
        answer = await operator.post(RULES, json=HOOK)
        assert (answer.status_code, answer.json()["slug"]) == (409, "too-many-rules")
        assert len(await here.vault.entries("default", unlisted=True)) == ALERT_RULES
        found, cursor = [], {}
        while cursor is not None:
            page = (await operator.get(RULES, params={"limit": 9} | cursor)).json()
            found += [item["id"] for item in page["items"]]
            cursor = {"cursor": page["next"]} if page["next"] else None
        assert sorted(found) == sorted(rule.id for rule in await here.registry.rules.rules(None))

    play(tmp_path, scenario)
