"""How this user likes the desktop: theme, language, text size. Nothing about any patient, nothing secret."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

FILE = "preferences.json"
THEMES = ("system", "light", "dark", "high-contrast")
LANGUAGES = ("nb", "en")
TEXT_SIZES = (100, 125, 150, 200)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Values outside the tables are the defaults."""

    theme: str = "system"
    language: str = "nb"
    text_size: int = 100

    def with_(self, **changes: Any) -> Preferences:
        return replace(self, **changes)


def load_preferences(folder: Path) -> Preferences:
    """What was remembered; a missing or damaged file gives the defaults."""
    try:
        stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
        theme, language, size = stored.get("theme"), stored.get("language"), stored.get("text_size")
    except (OSError, ValueError, AttributeError):
        return Preferences()
    return Preferences(
        theme if theme in THEMES else "system",
        language if language in LANGUAGES else "nb",
        size if size in TEXT_SIZES else 100,
    )


def save_preferences(folder: Path, preferences: Preferences) -> None:
    """Remember; a folder that cannot be written costs the memory and nothing else."""
    with contextlib.suppress(OSError):
        temporary = folder / f"{FILE}.new"
        temporary.write_text(json.dumps(asdict(preferences)), encoding="utf-8")
        os.replace(temporary, folder / FILE)
