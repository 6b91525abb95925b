"""What this user chose in the window: look, language, size of text. Nothing about any patient, nothing secret."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shell.settings.kinds import NotTaken
from shell.settings.resolve import Settings, resolve
from shell.settings.row import Row
from shell.settings.rows import LANGUAGE, TEXT_SIZE, THEME
from shell.settings.sources import Given, Source

FILE = "preferences.json"
MEMBERS: dict[str, Row[Any]] = {"theme": THEME, "language": LANGUAGE, "text_size": TEXT_SIZE}


def load_choices(folder: Path) -> dict[str, Any]:
    """What was chosen, by key of the setting; nothing of a missing or damaged file, nothing that cannot be."""
    try:
        stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
        given = [(row, stored[name]) for name, row in MEMBERS.items() if name in stored]
    except (OSError, ValueError, TypeError):
        return {}
    found = {}
    for row, value in given:
        with contextlib.suppress(NotTaken):
            found[row.key] = row.kind.check(value)
    return found


def save_choices(folder: Path, choices: Mapping[str, Any]) -> None:
    """Remember what was chosen, and only that; a folder that cannot be written costs the memory and nothing else."""
    members = {name: choices[row.key] for name, row in MEMBERS.items() if row.key in choices}
    with contextlib.suppress(OSError):
        temporary = folder / f"{FILE}.new"
        temporary.write_text(json.dumps(members), encoding="utf-8")
        os.replace(temporary, folder / FILE)


def chosen_settings(folder: Path) -> Settings:
    """The usual settings with what was chosen in the window; of a start that no organisation has a say in."""
    return resolve([Given(Source.WINDOW, "", load_choices(folder))], frozen=False)
