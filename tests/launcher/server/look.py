"""Photographs the gateway's own pages: ``python -m tests.launcher.server.look OUT``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from launcher.server.page_texts import Language
from tests.launcher.server.every_page import every_page
from tests.launcher.server.test_pages_in_browser import ARGUMENTS, CHROMIUM

SIZES = [(262, 480), (700, 262), (1366, 768), (1920, 1080)]
THEMES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "contrast": {"contrast": "more"},
    "forced": {"forced_colors": "active"},
}
LANGUAGES: tuple[Language, ...] = ("nb", "en")


def photograph(out: Path) -> None:
    """One PNG for each page, language, size and theme: what is seen without scrolling."""
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width, height in SIZES:
            for theme, look in THEMES.items():
                page = browser.new_page(viewport={"width": width, "height": height}, **look)
                for language in LANGUAGES:
                    for name, html in every_page(language).items():
                        page.set_content(html.decode())
                        page.screenshot(path=str(out / f"{name}-{width}x{height}-{theme}-{language}.png"))
                page.close()
        browser.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1]))
