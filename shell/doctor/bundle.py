"""The zip for support: written whole or not at all, for the user alone, and only when a second scan finds nothing in it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from shell.doctor.redaction import Redaction

SCAN = "scan.json"
MOST_BYTES = 8 * 1024 * 1024
"""Of one part; the end of it is kept."""


class BundleRefused(Exception):
    """Our state: something is still in the part ``name`` that may not leave the machine; nothing was written."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def write_bundle(file: Path, parts: Mapping[str, str], names: Iterable[str]) -> Mapping[str, int]:
    """Clean and write the parts (by name); what was taken out, by kind.

    Raises :class:`BundleRefused`, and OSError: FileExistsError for a file that is there already.
    """
    redaction = Redaction(tuple(names))
    cleaned = {name: redaction.clean(text[-MOST_BYTES:]) for name, text in parts.items()}
    found = dict(sorted(redaction.found.items()))
    cleaned[SCAN] = json.dumps({"taken_out": found, "parts": sorted(cleaned)}, indent=2)
    for name, text in cleaned.items():
        again = Redaction(redaction.names)
        if again.clean(text) != text or again.clean(name) != name:
            raise BundleRefused(name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in cleaned.items():
            archive.writestr(name, text)
    _write_new(file, packed.getvalue())
    return found


def _write_new(file: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(file, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except OSError:
        with contextlib.suppress(OSError):
            file.unlink()
        raise
