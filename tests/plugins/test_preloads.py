"""Each page of a bundled app names the modules that it will need, so that they come at once and not one by one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BUNDLED = Path(__file__).resolve().parents[2] / "plugins" / "bundled"
IMPORT = re.compile(r'^import .*?from "\./([\w.]+)"', re.MULTILINE)
PRELOAD = re.compile(r'<link rel="modulepreload" href="([\w.]+)">')


def needed(folder: Path, module: str) -> set[str]:
    """The modules that one imports, directly or not."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        for name in IMPORT.findall((folder / waiting.pop()).read_text(encoding="utf-8")):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


@pytest.mark.parametrize("app", ["malinger", "legemidler", "notat"])
def test_pages_preload_what_they_import(app: str) -> None:
    folder = BUNDLED / app
    own = needed(folder, "app.js")
    launch = needed(folder, "launch.js") | own | {"app.js"}
    for page, modules in (("index.html", own), ("launch.html", launch)):
        named = PRELOAD.findall((folder / page).read_text(encoding="utf-8"))
        assert sorted(named) == sorted(modules), page
