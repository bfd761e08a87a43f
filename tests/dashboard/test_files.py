"""The dashboard's files, and the rules that they are held to."""

from __future__ import annotations

import asyncio
import gzip
import re

import httpx
import pytest
from starlette.applications import Starlette

from cellblock.dashboard.serving import STATIC, Files, routes

OURS = [path for path in sorted(STATIC.rglob("*.js")) if path.parent.name != "vendor"]
STYLES = [path for path in sorted(STATIC.rglob("*.css")) if path.parent.name != "vendor"]
BY_NAME = {"argvalues": OURS, "ids": lambda path: path.relative_to(STATIC).as_posix()}
# Ways from text to markup or code, and what the page's policy would refuse anyway.
FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|document\.write"
    r"|\beval\(|new Function|setAttribute\(\"on|javascript:|\bstyle=\"|\bon[a-z]+=\""
)


class Client:
    """Asks the routes, without a socket."""

    def __init__(self, files=None):
        self.app = Starlette(routes=routes(files))
        self.app.router.redirect_slashes = False  # as the service has it

    def get(self, address, headers=None):
        return asyncio.run(self.ask(address, headers))

    async def ask(self, address, headers=None):
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(address, headers=headers)


@pytest.fixture
def client():
    return Client()


@pytest.mark.parametrize("path", **BY_NAME)
def test_a_module_is_short_and_says_what_it_is(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 400
    assert lines[0].startswith("// ")


@pytest.mark.parametrize("path", **BY_NAME)
def test_no_module_turns_text_into_markup_or_code(path):
    assert not re.findall(FORBIDDEN, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", **BY_NAME)
def test_what_a_module_imports_is_there(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"""(?:from|import)\s*\(?\s*"(\.{1,2}/[^"]+)\"""", text)
    for name in named:
        assert (path.parent / name).resolve().is_file(), name
    assert not re.findall(r"""from\s+"[^.]""", text)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_name_no_address_and_only_colours_of_the_tokens(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"https?:|@import url\(\"(?!(?:pages/)?\w+\.css|\.\./vendor)", text)
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= _tokens()


def _tokens():
    return set(re.findall(r"(--[\w-]+):", (STATIC / "style/tokens.css").read_text("utf-8")))


def test_the_page_may_run_our_scripts_alone(client):
    first, second = client.get("/"), client.get("/")
    policy = first.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([\w-]+)'", policy)[1]
    assert f'nonce="{nonce}"' in first.text
    assert policy != second.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", first.text)


def test_every_file_that_the_page_names_is_there_and_is_kept_for_good(client):
    named = re.findall(r'(?:href|src)="([^"]+)"', client.get("/").text)
    assert len(named) >= 4
    for address in named:
        answer = client.get(f"/{address}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_a_file_of_another_version_or_outside_is_not_there(client):
    digest = Files().digest
    for address in (
        "/ui/0123456789abcdef/main.js",
        f"/ui/{digest}/../serving.py",
        f"/ui/{digest}/%2e%2e/serving.py",
        f"/ui/{digest}//etc/passwd",
        f"/ui/{digest}/index.html",
    ):
        assert client.get(address).status_code == 404


def test_a_file_is_packed_for_those_who_ask(client):
    address = f"/ui/{Files().digest}/vendor/editor.js"
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    packed = client.get(address)
    assert plain.content == packed.content
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert "Accept-Encoding" in packed.headers["vary"]


def test_the_digest_tells_any_change(tmp_path):
    for name, text in (("index.html", "$base $nonce"), ("main.js", "1")):
        (tmp_path / name).write_text(text)
    digests = {Files(tmp_path).digest}
    (tmp_path / "main.js").write_text("2")
    digests.add(Files(tmp_path).digest)
    (tmp_path / "index.html").write_text("$base $nonce.")
    digests.add(Files(tmp_path).digest)
    assert len(digests) == 3


def test_what_others_wrote_is_named_with_its_licence():
    names = re.findall(
        r"^(\S+) [\d.]+ \((\S+)\)$", (STATIC / "vendor/LICENCES.txt").read_text(), re.MULTILINE
    )
    assert {"preact", "htm", "uplot", "@codemirror/view", "@preact/signals"} <= {
        name for name, _ in names
    }
    assert {licence for _, licence in names} <= {"MIT", "Apache-2.0"}


def test_packing_gives_the_same_bytes_to_all():
    files = Files()

    async def ask():
        client = Client(files)
        address = f"/ui/{files.digest}/vendor/editor.js"
        return await asyncio.gather(*(client.ask(address) for _ in range(4)))

    answers = asyncio.run(ask())
    assert len({answer.content for answer in answers}) == 1
    assert gzip.decompress(files._packed["vendor/editor.js"]) == answers[0].content
