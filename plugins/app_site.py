"""Which files of an app's folder a browser may have, as what, and under which Content-Security-Policy.

Nothing here opens a socket: the gateway asks ``AppSite.find`` and sends what it gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        ".map": "application/json",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".webp": "image/webp",
        ".ico": "image/x-icon",
        ".woff2": "font/woff2",
        ".wasm": "application/wasm",
        ".txt": "text/plain; charset=utf-8",
    }
)
"""Every kind of file that is served; anything else is 404."""

NOT_SERVED = frozenset({"manifest.json"})
FILE_BYTES = 16 * 1024 * 1024
FILES = 2000


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file to send: its real path, its content type and the headers that go with it."""

    path: Path
    content_type: str
    headers: Mapping[str, str]


def content_security_policy(gateway: str, connect: Sequence[str] = ()) -> str:
    """The policy of a packaged app: its own files, the gateway, and ``connect`` (declared origins) only.

    ``gateway`` is the gateway's base URL; its WebSocket address is allowed with it (FC-07). A pane is always
    a top-level page, so nobody may frame it.
    """
    parts = urlsplit(gateway)
    origin = f"{parts.scheme}://{parts.netloc}"
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    reach = " ".join(["'self'", origin, socket, *connect])
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": reach,
        "worker-src": "'self'",
        "form-action": f"'self' {origin}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def site_headers(gateway: str, connect: Sequence[str] = ()) -> dict[str, str]:
    """The headers of every answer from a packaged app's host."""
    return {
        "Content-Security-Policy": content_security_policy(gateway, connect),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def is_served_name(name: str) -> bool:
    """Whether a path inside the folder (``a/b.js``) is one that may be served at all."""
    steps = name.split("/")
    plain = all(step and not step.startswith(".") and "\\" not in step and "\0" not in step for step in steps)
    return plain and name not in NOT_SERVED and Path(name).suffix.lower() in CONTENT_TYPES


class AppSite:
    """The files of one packaged app."""

    def __init__(self, folder: Path, gateway: str, connect: Sequence[str] = ()) -> None:
        self._root = folder.resolve()
        self._headers = MappingProxyType(site_headers(gateway, connect))

    def find(self, url_path: str) -> SiteFile | None:
        """The file for a decoded URL path, or None (404): unknown kind, hidden, outside the folder, missing."""
        name = url_path.removeprefix("/") or "index.html"
        if not is_served_name(name):
            return None
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root) or not path.is_file() or path.stat().st_size > FILE_BYTES:
            return None
        return SiteFile(path, CONTENT_TYPES[path.suffix.lower()], self._headers)
