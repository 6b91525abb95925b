"""The token table, read once; pure. Colours are ``#RRGGBB``, the scrim ``#RRGGBBAA``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ThemeName = Literal["light", "dark", "high-contrast"]
THEME_NAMES: tuple[ThemeName, ...] = ("light", "dark", "high-contrast")
FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """One row of the type table: pixels, line height, weight."""

    px: int
    line: int
    weight: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """Look up by the names in the file. Raises KeyError for a name that is not there."""

    table: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path = FOLDER / "tokens.json") -> Tokens:
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def color(self, name: str, theme: ThemeName) -> str:
        return str(self.table["color"][name][theme])

    def size(self, name: str) -> int:
        return int(self.table["size"][name])

    def radius(self, name: str) -> int:
        return int(self.table["radius"][name])

    def motion(self, name: str) -> int:
        return int(self.table["motion"][name])

    def style(self, name: str) -> TypeStyle:
        row = self.table["type"][name]
        return TypeStyle(
            int(row["px"]), int(row["line"]), int(row.get("weight", row.get("weight-given", 400)))
        )

    def family_weight(self, name: str) -> int:
        """Weight of the family name in a style that shows names."""
        return int(self.table["type"][name].get("weight-family", 650))

    def contrast_pairs(self) -> list[tuple[str, str, float]]:
        """(fore, back, least ratio) of every pair that may stand on the screen."""
        return [(row["fore"], row["back"], float(row["need"])) for row in self.table["contrast"]]


def luminance(color: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.1)."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Ratio 1 to 21 of two ``#RRGGBB`` colours (WCAG 2.1)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
