"""The one list of what a frozen program must hold; the build refuses to end without it, the self-test looks again.

The build also writes the sha256 of every file into ``files.sha256``, so that a truncated copy is known by name.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LISTED = "files.sha256"
FACTS = "build.json"
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Needed:
    """``pattern`` below the folder of data; ``least``: how many files must match; ``source``: also in a source tree."""

    pattern: str
    least: int
    purpose: str
    source: bool = True


NEEDED = (
    Needed("plugins/bundled/*/manifest.json", 3, "the bundled apps"),
    Needed("plugins/bundled/*/index.html", 3, "the bundled apps' pages"),
    Needed("plugins/bundled/*/fhir-client.LICENSE.txt", 3, "the licence of what the bundled apps use"),
    Needed("plugins/schema/manifest-1.json", 1, "the schema of a manifest"),
    Needed("shell/translations/*.qm", 1, "the translated texts"),
    Needed("shell/theme/icons/*.svg", 50, "the icons"),
    Needed("shell/theme/fonts/*.otf", 4, "the fonts"),
    Needed("shell/theme/tokens.json", 1, "the colours"),
    Needed("shell/theme/vaktrom.qss", 1, "the look of the widgets"),
    Needed("launcher/sandbox/population/data/*.gz", 8, "the practice environment's people"),
    Needed("launcher/sandbox/population/stories/*", 7, "the practice environment's stories"),
    Needed("launcher/sandbox/identity/pages/login.html", 1, "the practice environment's sign-in page"),
    Needed("launcher/server/openapi.json", 1, "the description of the workspace API"),
    Needed("PySide6/**/qtwebengine_resources.pak", 1, "Chromium's resources", source=False),
    Needed("PySide6/**/icudtl.dat", 1, "Chromium's knowledge of scripts and languages", source=False),
    Needed("PySide6/**/qtwebengine_locales/nb.pak", 1, "Chromium's Norwegian texts", source=False),
    Needed("PySide6/**/qtwebengine_locales/en-US.pak", 1, "Chromium's English texts", source=False),
    Needed("PySide6/**/*QtWebEngineProcess*", 1, "the program that draws pages", source=False),
    Needed("PySide6/**/platforms/*", 2, "Qt's ways to a screen", source=False),
    Needed("licences/*/*", 40, "the licences of what is shipped", source=False),
    Needed("licences/LICENSE.txt", 1, "our licence", source=False),
    Needed("licences/LGPL-3.0.txt", 1, "Qt's licence", source=False),
    Needed("licences/chromium-copyright.txt", 1, "Chromium's notices", source=False),
    Needed("licences.txt", 1, "the licence report", source=False),
    Needed("sbom.cdx.json", 1, "the list of what is shipped", source=False),
    Needed(FACTS, 1, "which build this is", source=False),
    Needed(LISTED, 1, "the list of files", source=False),
)


def is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def data_folder() -> Path:
    """Where the data files lie: beside the frozen program's libraries, or the source tree."""
    return Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parents[2]))


def missing_files(folder: Path, *, frozen: bool) -> list[str]:
    """One line for each row of the table that ``folder`` does not satisfy."""
    lines = []
    for row in NEEDED:
        if frozen or row.source:
            found = sum(1 for path in folder.glob(row.pattern) if path.is_file())
            if found < row.least:
                lines.append(f"{row.purpose}: {row.pattern} ({found} of {row.least})")
    return lines


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_list(program: Path, folder: Path) -> int:
    """List every file of the ``program`` folder in ``folder``, as ``sha256sum --check`` reads it; how many there are."""
    listed = folder / LISTED
    files = sorted(path for path in program.rglob("*") if path.is_file() and path != listed)
    rows = [f"{sha256_of(path)}  {path.relative_to(program).as_posix()}\n" for path in files]
    listed.write_text("".join(rows), encoding="utf-8", newline="\n")
    return len(rows)


def damaged_files(program: Path, folder: Path) -> Iterator[str]:
    """The listed files that are not there or hold something else."""
    for line in (folder / LISTED).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        path = program / name
        if not path.is_file() or sha256_of(path) != digest:
            yield name


def build_facts() -> dict[str, str]:
    """``commit`` and ``kind`` of a program that was built; empty for a source tree or where the file cannot be read."""
    try:
        told = json.loads((data_folder() / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}
