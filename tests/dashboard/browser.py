"""A real browser for the dashboard's tests, and the service that it looks at."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from journeys.serving import Serving

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WAIT_MS = 10_000
"""How long an expectation waits at the most; the machine is shared."""
COOKIE = "cellblock"
PASTE = """(element, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
"""Has an editor take a text as it is, without what it adds to what is typed."""
AXE = {"resultTypes": ["violations"], "preload": False}


def executable() -> str:
    """Find the browser on PATH. Under CI there must be one: root installs it there."""
    found = _found()
    if found is None and os.environ.get("CI") == "true":
        assert os.getuid() == 0, "CI needs a browser: install the package chromium"
        _install()
        found = _found()
        assert found, "the package chromium was installed, and there is no browser"
    if found is None:
        pytest.skip("there is no browser; apt-get install chromium")
    return found


def _found() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def _install() -> None:
    with (Path(tempfile.gettempdir()) / "cellblock-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # lanes ask for it at once
        if _found() is None:
            for words in (("update", "-qq"), ("install", "-y", "-qq", "chromium")):
                subprocess.run(["apt-get", *words], check=True, stdout=subprocess.DEVNULL)


class Engine:
    """One browser for all tests. Between tests its event loop is put away, for theirs."""

    def __init__(self) -> None:
        path = executable()
        self._playwright = sync_playwright().start()
        arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.getuid() == 0 else [])]
        self.browser: Browser = self._playwright.chromium.launch(
            executable_path=path, args=arguments
        )
        self._loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)

    @contextlib.contextmanager
    def awake(self) -> Iterator[Browser]:
        """Have the browser's loop be the one that runs, as its calls need it."""
        asyncio._set_running_loop(self._loop)
        try:
            yield self.browser
        finally:
            asyncio._set_running_loop(None)

    def close(self) -> None:
        """End the browser."""
        with self.awake():
            self.browser.close()
            self._playwright.stop()


class Town(Serving):
    """The service that the pages show: `url`, `token`, `deploy`, and `api`, as administrator."""

    def api(self, method: str, path: str, expect: int | None = None, **options: Any) -> Any:
        """Make a request under /api/v1, such as ``town.api("GET", "/workspaces")``."""
        return self.ask(method, path, expect, **options)

    def cookie(self, token: str) -> str:
        """Begin a session for a token, and give what its cookie holds."""
        answer = self._web.post(f"{self.url}/api/v1/session", json={"token": token})
        assert answer.status_code == 201, answer.text
        self._web.cookies.clear()
        found: str = answer.cookies[COOKIE]
        return found

    def token_of(self, role: str, workspace: str | None = None) -> str:
        """Make a token of a role."""
        body = {"name": f"test-{role}", "role": role, "workspace": workspace}
        made: str = self.ask("POST", "/tokens", json=body)["token"]
        return made


class Watch:
    """What goes wrong in a page: errors on its console, violated policies, lost requests."""

    def __init__(self, page: Page) -> None:
        self.wrong: list[str] = []
        self._expected: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        page.on("requestfailed", self._lost)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _lost(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # who leaves a page breaks off what it asked
            self.wrong.append(f"request: {request.method} {request.url} {request.failure}")

    def expect(self, pattern: str) -> None:
        """Let whatever matches *pattern* go wrong."""
        self._expected.append(pattern)

    def unexpected(self) -> list[str]:
        """Tell what went wrong and was not expected."""
        return [
            text
            for text in self.wrong
            if not any(re.search(pattern, text) for pattern in self._expected)
        ]


@contextlib.contextmanager
def watched(
    browser: Browser, url: str, cookie: str | None = None, **options: Any
) -> Iterator[Page]:
    """Open the dashboard as somebody new, logged in by *cookie*; what goes wrong fails the test.

    `page.watch` is its `Watch`.
    """
    options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options}
    context = browser.new_context(**options)
    context.set_default_timeout(WAIT_MS)
    if cookie is not None:
        context.add_cookies(
            [{"name": COOKIE, "value": cookie, "url": url, "httpOnly": True, "sameSite": "Strict"}]
        )
    page = context.new_page()
    watch = Watch(page)
    page.watch = watch  # type: ignore[attr-defined]
    try:
        if cookie is None:
            watch.expect(r"status of 401 .*/session\)")  # nobody is logged in
        page.goto(f"{url}/")
        yield page
        wrong = watch.unexpected()
        assert not wrong, "\n".join(wrong)
    finally:
        context.close()


def visit(page: Page, where: str) -> None:
    """Go to a place of the dashboard, such as ``w/default/files``."""
    page.evaluate("where => { location.hash = `#/${where}`; }", where)


def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """Tell what axe finds that is serious or critical, a line each; by some rules alone, if named.

    What axe itself does in the page, such as trying styles, is not counted as the page's.
    """
    wrong = page.watch.wrong  # type: ignore[attr-defined]
    before = len(wrong)
    options = AXE if rules is None else {**AXE, "runOnly": {"type": "rule", "values": rules}}
    found = Axe().run(page, options=options).response["violations"]
    del wrong[before:]
    return [
        f"{one['impact']} {one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
