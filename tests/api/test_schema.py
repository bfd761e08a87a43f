"""What the API says of itself, tried out: every operation, with what it allows and what it does not.

Not asked: that all that the schema allows is accepted. A cron line, a time zone, a source that
compiles or a connection that is there cannot be said in a schema.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cellblock.api import passwords, throttle
from cellblock.api.problems import Problem

AT = "/api/v1/workspaces/default"
PLACES = """
[parameters]
"path.workspace" = "default"
"path.worker" = "bot"
"path.kind" = "http"
"path.name" = "main"
"path.version" = "2"
"query.from" = 1
"query.to" = 2
"""
"""Without them most requests would end at something that is not there."""
ENDING = ["worker.delete", "token.end"]
"""After these little is there to be asked; they have a run, and a service, of their own."""
ASKED = {"response_schema_conformance", "status_code_conformance", "content_type_conformance"}
ASKED |= {"not_a_server_error", "negative_data_rejection", "unsupported_method", "ignored_auth"}
ASKED |= {"missing_required_header", "response_headers_conformance", "allow_header_conformance"}


@pytest.fixture
def filled(service, api, monkeypatch):
    """Something at every place."""
    # Every operation is asked with wrong tokens, too; `test_access` has what becomes of many.
    monkeypatch.setattr(throttle, "AUTH_FAILURES", 10**9)
    monkeypatch.setattr(passwords, "COST", (2, 8, 1))
    for number in (1, 2):
        source = f"def tick(ctx):\n    return {number}\n"
        api.put(f"{AT}/workers/bot", json={"source": source}).raise_for_status()
    api.put(f"{AT}/workers/bot/state/k", json=1).raise_for_status()
    api.put(f"{AT}/files/a", content=b"x").raise_for_status()
    api.put(f"{AT}/connections/http/main", json={}).raise_for_status()

    async def end_streams():
        service.app.state.ending.set()

    service.do(end_streams())  # each begins, and ends at once
    return service


def trial(service, folder, *options):
    """Try the schema out, and give what was found."""
    config = folder / "schemathesis.toml"
    config.write_text(PLACES)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
        f"{service.url}/api/openapi.json",
        *("-H", f"Authorization: Bearer {service.token}"),
        *("--phases", "coverage,fuzzing", "--checks", ",".join(sorted(ASKED))),
        *("--generation-deterministic", "--no-color"),
        *("--continue-on-failure", "--warnings", "off", "--request-timeout", "20", *options),
    ]
    environment = {
        **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        "SCHEMATHESIS_HOOKS": "schema_bodies",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


def operations(service):
    page = service.admin.get("/api/openapi.json").json()
    return {one["operationId"] for path in page["paths"].values() for one in path.values()}


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_api_does_what_its_schema_says(filled, tmp_path):
    known = operations(filled)
    assert known >= set(ENDING), known
    ending = [part for name in ENDING for part in ("--exclude-operation-id", name)]
    found = trial(filled, tmp_path, "--max-examples", "3", *ending)
    tested = re.search(r"Tested: (\d+)", found)
    assert int(tested[1]) == len(known) - len(ENDING)
    assert int(re.search(r"(\d+) generated", found)[1]) > 1_000


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ENDING)
def test_what_ends_something_does_what_its_schema_says(filled, tmp_path, name):
    found = trial(filled, tmp_path, "--max-examples", "10", "--include-operation-id", name)
    assert "Tested: 1" in found


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_lie_is_found(filled, tmp_path):
    async def check(*_):
        raise Problem(418, "teapot", "no schema tells of it")

    filled.change(check=check)
    with pytest.raises(AssertionError, match="Undocumented status code"):
        trial(filled, tmp_path, "--max-examples", "1", "--include-operation-id", "source.check")


def test_the_schema_is_openapi_3_1_and_names_each_operation_once(service):
    page = service.client().get("/api/openapi.json").json()
    assert page["openapi"].startswith("3.1")
    names = [one["operationId"] for path in page["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) > 50
    assert all(one.get("description") for path in page["paths"].values() for one in path.values())
