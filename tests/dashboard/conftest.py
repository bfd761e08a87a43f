"""What tests of the dashboard share: a browser, a service, and pages that are logged in.

A page whose console shows an error, whose policy is violated or whose request is lost fails its
test; a test that means it to says so: ``page.watch.expect(r"status of 403")``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.browser import WAIT_MS, Engine, Town, findings, watched

expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The browser, once for all tests."""
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def browser(engine: Engine) -> Iterator[Browser]:
    """The browser, for one that opens pages of its own: ``watched(browser, town.url, …)``."""
    with engine.awake() as browser:
        yield browser


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A service for all tests of a lane; each uses names of its own."""
    town = Town(tmp_path_factory.mktemp("town") / "data")
    town.data.mkdir(mode=0o700)
    try:
        town.start()
        yield town
    finally:
        town.close()


@pytest.fixture(scope="session")
def viewer_token(town: Town) -> str:
    """A token that may look at the workspace `default`."""
    return town.token_of("viewer", "default")


@pytest.fixture
def page(browser: Browser, town: Town) -> Iterator[Page]:
    """The dashboard in a fresh browser, with the administrator logged in."""
    with watched(browser, town.url, town.cookie(town.token)) as page:
        yield page


@pytest.fixture
def viewer_page(browser: Browser, town: Town, viewer_token: str) -> Iterator[Page]:
    """The dashboard in a fresh browser, with a viewer logged in."""
    with watched(browser, town.url, town.cookie(viewer_token)) as page:
        yield page


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe finds in a page that is serious or critical; good is ``[]``."""
    return findings
