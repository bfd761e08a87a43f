"""The dashboard's files, as routes. In: the package's folder `static`. Out: answers from memory.

The page may run no script and draw no style but ours, reach nobody but this service, and stand in
no frame; whatever a worker wrote comes to it as JSON, never as a file of this room.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import secrets
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_FOREVER = "public, max-age=31536000, immutable"


class Files:
    """The files, read once. Their addresses hold a digest of all, so that a browser keeps them."""

    def __init__(self, folder: Path = STATIC) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in _TYPES)
        self._bodies = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        self._packed: dict[str, bytes] = {}
        self._page = (folder / "index.html").read_text(encoding="utf-8")
        whole = hashlib.sha256(self._page.encode())
        for name, body in self._bodies.items():
            whole.update(f"{name} {len(body)} ".encode() + body)
        self.digest = whole.hexdigest()[:16]
        """What changes when a file does."""

    async def page(self, _request: Request) -> Response:
        """Give the page itself; it is never kept, for it names the files of now."""
        nonce = secrets.token_urlsafe(16)
        text = Template(self._page).substitute(base=f"ui/{self.digest}", nonce=nonce)
        headers = _HEADERS | {"Content-Security-Policy": _POLICY.format(nonce=nonce)}
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)

    async def file(self, request: Request) -> Response:
        """Give a file. One of another version is not there: the page that asks is an old one."""
        name = request.path_params["name"]
        body = self._bodies.get(name)
        if body is None or request.path_params["digest"] != self.digest:
            return Response("there is no such file\n", 404, media_type="text/plain")
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            if name not in self._packed:
                # In a thread: the editor takes 20 ms, in which no tick would begin.
                self._packed[name] = await asyncio.to_thread(gzip.compress, body, 6, mtime=0)
            body = self._packed[name]
            headers["Content-Encoding"] = "gzip"
        return Response(body, media_type=_TYPES[Path(name).suffix], headers=headers)


def routes(files: Files | None = None) -> list[BaseRoute]:
    """Give the routes of the dashboard: the page, and its files."""
    held = files or Files()
    return [
        Route("/", held.page, methods=["GET"], name="dashboard"),
        Route("/ui/{digest}/{name:path}", held.file, methods=["GET"], name="dashboard.file"),
    ]
