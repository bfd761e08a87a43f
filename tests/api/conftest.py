"""What tests of the API share; `services` says what it is made of."""

from __future__ import annotations

import pytest

from api.services import Service


@pytest.fixture
def service(tmp_path):
    with Service(tmp_path) as running:
        yield running


@pytest.fixture
def api(service):
    """A client with an administrator's token of all workspaces."""
    return service.admin
