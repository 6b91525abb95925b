"""Writes resources as compact JSON lines, numbers with the digits they were given."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from launcher.sandbox.population.codes import Json


class Collected:
    """What has been made so far, by file."""

    def __init__(self) -> None:
        self.files: dict[str, list[Json]] = {}

    def add(self, file: str, *resources: Json) -> None:
        self.files.setdefault(file, []).extend(resources)


def line(resource: Json) -> str:
    """One resource as one line."""
    text = json.dumps(_encodable(resource), ensure_ascii=False, separators=(",", ":"))
    return _restore(text)


_MARK = "\u0001"


def _encodable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{_MARK}{value}{_MARK}"
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value


def _restore(text: str) -> str:
    return text.replace('"\\u0001', "").replace('\\u0001"', "")


def pack(resources: list[Json]) -> bytes:
    """Compressed NDJSON, the same bytes every time."""
    text = "".join(line(resource) + "\n" for resource in resources)
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def write(collected: Collected, folder: Path, names: tuple[str, ...]) -> None:
    """All files, also empty ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.ndjson.gz").write_bytes(pack(collected.files.get(name, [])))
