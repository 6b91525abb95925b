"""Which files of a packaged app's folder a browser may have. The gateway serves them; here stands what to expect."""

from __future__ import annotations

from pathlib import Path

_PAGES = (".html", ".js", ".mjs", ".css", ".json", ".map", ".wasm", ".txt")
_PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".webp", ".ico", ".woff2")
SUFFIXES = frozenset(_PAGES + _PICTURES)
"""Kinds that are served with a content type of their own."""

FILE_BYTES = 16 * 1024 * 1024
FILES = 2000


def is_served_name(name: str) -> bool:
    """Whether a path inside the folder (``a/b.js``) is of a kind that is served; hidden ones are not."""
    steps = name.split("/")
    plain = all(step and not step.startswith(".") and "\\" not in step and "\0" not in step for step in steps)
    return plain and Path(name).suffix.lower() in SUFFIXES
