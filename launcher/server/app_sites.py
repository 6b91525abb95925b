"""Static files of packaged apps, each under its own Host; nothing of the gateway is reachable there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from launcher.server.dependencies import AppSite

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
}
"""Kinds of files that are served; all others (keys, notes, sources of a vendor's own folder) are not there."""
INDEX = "index.html"
KEPT_FOR_A_LAUNCH = "private, max-age=10"
"""A launch loads two pages of an app in one second: what they share is asked for once. Each launch has its own cache."""
KEPT_BACK = frozenset({"manifest.json"})
"""Files at the root of a plugin that speak to us and not to a browser; compared without case."""


def content_security_policy(site: AppSite, base_url: str) -> str:
    """What the app's pages may load and talk to: itself, the gateway, and what its manifest names."""
    gateway = urlsplit(base_url)
    socket = f"{'wss' if gateway.scheme == 'https' else 'ws'}://{gateway.netloc}"
    further = " ".join(site.csp_origins)
    return (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        f"font-src 'self' data:; connect-src 'self' {base_url} {socket} {further}".rstrip()
        + f"; form-action 'self' {base_url}; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


class AppSiteFiles:
    """ASGI application for one app: GET and HEAD of files below its root."""

    def __init__(self, site: AppSite, base_url: str) -> None:
        self._root = site.root.resolve()
        self._headers = {
            "content-security-policy": content_security_policy(site, base_url),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Only files live here.\n", 405, {**self._headers, "allow": "GET, HEAD"})
        file = self._file(request.scope["path"])
        if file is None:
            return PlainTextResponse("There is no such file in this app.\n", 404, self._headers)
        media_type = MEDIA_TYPES[file.suffix.lower()]
        kept = {} if file.suffix.lower() == ".html" else {"cache-control": KEPT_FOR_A_LAUNCH}
        answer = FileResponse(file, 200, {**self._headers, **kept}, media_type, stat_result=file.stat())
        if request.headers.get("if-none-match") == answer.headers["etag"]:
            return Response(None, 304, {**self._headers, **kept, "etag": answer.headers["etag"]})
        return answer

    def _file(self, path: str) -> Path | None:
        """The file of a decoded URL path; ``None`` for everything that is not a plain, public file below the root.

        What counts is the file that the file system finds: another spelling of a hidden name stays hidden.
        """
        parts = path.split("/")[1:]
        if parts and parts[-1] == "":
            parts[-1] = INDEX
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part or ":" in part for part in parts):
            return None
        try:
            file = self._root.joinpath(*parts).resolve()
        except (OSError, ValueError):
            return None
        if not file.is_relative_to(self._root) or not _is_public(file.relative_to(self._root).parts):
            return None
        return file if not any(part.startswith(".") for part in parts) and file.is_file() else None


def _is_public(parts: tuple[str, ...]) -> bool:
    """True for a file of a served kind that is neither hidden nor the plugin's own paper."""
    if not parts or any(part.startswith(".") for part in parts):
        return False
    return Path(parts[-1]).suffix.lower() in MEDIA_TYPES and parts[0].lower() not in KEPT_BACK
