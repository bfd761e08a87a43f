"""Files over HTTP: any size that fits, hostile names, and nothing that a browser would run."""

from __future__ import annotations

import os
import socket
import threading
from urllib.parse import quote

import pytest

from api import services
from api.services import problem
from cellblock.limits import FILES_WORKSPACE_BYTES

AT = "/api/v1/workspaces/default/files"


@pytest.fixture
def root(service):
    service.doors.files("default")
    return service.rooms.folder / "workspaces" / "default" / "files"


def url(path):
    return f"{AT}/{quote(path, safe='/')}"


def test_a_file_is_written_listed_read_replaced_and_deleted(service, api, root):
    done = api.put(url("reports/a b.csv"), content=b"one")
    assert (done.status_code, done.json()) == (201, {"path": "reports/a b.csv", "size": 3})
    assert api.put(url("reports/a b.csv"), content=b"three").status_code == 200
    assert (root / "reports/a b.csv").read_bytes() == b"three"
    page = api.get(AT).json()
    assert [(file["path"], file["size"]) for file in page["items"]] == [("reports/a b.csv", 5)]
    assert (page["used_bytes"], page["limit_bytes"]) == (5, FILES_WORKSPACE_BYTES)
    assert api.get(url("reports/a b.csv")).content == b"three"
    assert api.delete(url("reports/a b.csv")).status_code == 204
    problem(api.delete(url("reports/a b.csv")), 404, "not-found")
    problem(api.get(url("reports/a b.csv")), 404, "not-found")
    assert os.listdir(root) == []


def test_a_page_that_acts_is_saved_and_never_shown(service, api):
    api.put(url('x"\u202e;é.html'.replace("\u202e", "")), content=b"<script>alert(1)</script>")
    answer = api.get(url('x";é.html'))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert (
        answer.headers["content-disposition"] == "attachment; filename*=UTF-8''x%22%3B%C3%A9.html"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.content == b"<script>alert(1)</script>"


HOSTILE = [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "a/",
    "a\0b",
    "a\nb",
    ".cellblock-x",
    "a\u202eb",
    "x" * 201,
]


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_names_are_refused(service, api, root, path):
    raw = f"{AT}/{quote(path, safe='')}"
    for answer in (api.get(raw), api.put(raw, content=b"x"), api.delete(raw)):
        problem(answer, 422, "bad-path")
    assert os.listdir(root) == []
    assert not (root.parent / "x").exists()


def test_links_and_special_files_are_not_followed(service, api, root, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s")
    (root / "link").symlink_to(secret)
    (root / "out").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    for path in ("link", "out/secret", "pipe"):
        assert api.get(url(path)).status_code == 422, path
        assert api.put(url(path), content=b"x").status_code == 422, path
    assert secret.read_text() == "s"


def test_the_quota_holds_and_the_old_file_stays(service, api, root):
    api.put(url("a"), content=b"old")
    with (root / "big").open("wb") as big:
        big.truncate(FILES_WORKSPACE_BYTES - 10)
    document = problem(api.put(url("a"), content=b"x" * 11), 422, "quota")
    assert "limit" in document["detail"]
    assert (root / "a").read_bytes() == b"old"
    assert api.put(url("a"), content=b"x" * 10).status_code == 200


def test_a_large_file_goes_in_and_out_in_pieces(service, api, root):
    content = os.urandom(1 << 20) * 24

    def sent():
        for start in range(0, len(content), 100_000):
            yield content[start : start + 100_000]

    assert api.put(url("large"), content=sent()).json()["size"] == len(content)
    assert api.get(url("large")).content == content
    assert os.listdir(root) == ["large"]


def begun(service, length):
    """Begin an upload of so many bytes, and give its connection."""
    host, port = service.url.removeprefix("http://").split(":")
    line = socket.create_connection((host, int(port)), timeout=services.WAIT_S)
    head = f"PUT {AT}/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {service.token}\r\n"
    line.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
    return line


def test_an_upload_that_breaks_off_changes_nothing(service, api, root):
    api.put(url("a"), content=b"old")
    with begun(service, 1_000_000) as line:
        line.sendall(b"x" * 300_000)
    assert api.put(url("b"), content=b"x").status_code == 201
    assert (root / "a").read_bytes() == b"old"
    assert sorted(os.listdir(root)) == ["a", "b"]


def test_an_upload_has_so_much_time(service, api, root, monkeypatch):
    monkeypatch.setattr("cellblock.api.bodies.UPLOAD_S", 0.2)
    with begun(service, 100) as line:
        line.sendall(b"x")
        assert line.recv(100).startswith(b"HTTP/1.1 408")
    assert os.listdir(root) == []


def test_one_that_says_it_is_too_long_is_refused_before_it_comes(service, root):
    with begun(service, FILES_WORKSPACE_BYTES + 1) as line:
        assert line.recv(100).startswith(b"HTTP/1.1 413")


def test_many_uploads_and_downloads_at_once_are_whole(service, root):
    contents = [bytes([65 + n]) * 3_000_000 for n in range(6)]
    seen, answers = [], []

    def go(client, content):
        for _ in range(3):
            answers.append(client.put(url("same"), content=content).status_code)
            seen.append(client.get(url("same")).content)

    clients = [service.of("operator", "default") for _ in contents]
    threads = [
        threading.Thread(target=go, args=pair) for pair in zip(clients, contents, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(answers) <= {200, 201}
    assert len(seen) == 18
    assert set(seen) <= set(contents)
    assert os.listdir(root) == ["same"]


def test_lists_have_pages_and_prefixes(service, api):
    for path in ("a", "b/1", "b/2", "b2", "c"):
        api.put(url(path), content=b"x")

    def listed(**params):
        found, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = api.get(AT, params=params | more).json()
            found += [file["path"] for file in page["items"]]
            if (cursor := page["next"]) is None:
                return found

    assert listed(limit=2) == ["a", "b/1", "b/2", "b2", "c"]
    assert listed(prefix="b/", limit=1) == ["b/1", "b/2"]
    assert listed(prefix="zz") == []


def test_who_may(service, api):
    api.put(url("a"), content=b"x")
    service.make_workspace("other")
    stranger, viewer = service.of("admin", "other"), service.of("viewer", "default")
    for method in ("GET", "PUT", "DELETE"):
        problem(stranger.request(method, url("a"), content=b"x"), 404, "not-found")
    problem(stranger.get(AT), 404, "not-found")
    assert viewer.get(url("a")).content == b"x"
    for method in ("PUT", "DELETE"):
        problem(viewer.request(method, url("a"), content=b"x"), 403, "forbidden")
    assert api.get(f"{AT.replace('default', 'other')}/a").status_code == 404


def test_a_full_disk_is_told(service, api, root, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cellblock.broker.filing.tempfile.TemporaryFile", full)
    problem(api.put(url("a"), content=b"x"), 507, "disk-full")


def test_a_disk_that_is_full_only_when_the_last_piece_is_written_is_told(service, api, monkeypatch):
    def full(*_args, buffering, **_kwargs):
        return open("/dev/full", "w+b", buffering)

    monkeypatch.setattr("cellblock.broker.filing.tempfile.TemporaryFile", full)
    problem(api.put(url("a"), content=b"x"), 507, "disk-full")
    assert api.get(url("a")).status_code == 404
