"""What tests of the API share; `services` says what it is made of."""

from __future__ import annotations

import pytest

from api.services import Service
from api.trials import trials
from cellblock.api.routes import ROUTERS


@pytest.fixture
def service(tmp_path):
    with Service(tmp_path) as running:
        yield running


@pytest.fixture
def api(service):
    """A client with an administrator's token of all workspaces."""
    return service.admin


@pytest.fixture
def with_trials(monkeypatch):
    """Let services that are begun from now on have the routes of `trials`."""
    monkeypatch.setattr("cellblock.api.app.ROUTERS", (*ROUTERS, trials()))


@pytest.fixture
def trial(with_trials, tmp_path):
    """A service with the routes of `trials`."""
    with Service(tmp_path) as running:
        yield running
