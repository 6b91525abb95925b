"""The provider's pages as a tired night nurse meets them: colours, sizes, words."""

from __future__ import annotations

import json
import re
import string
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest

from launcher.sandbox.identity.errors import TextKey
from launcher.sandbox.identity.texts import TEXTS, choose_language
from tests.launcher.identity.conftest import Provider
from tests.launcher.identity.support import Browser

THEMES = ("light", "dark", "high-contrast")
STYLE = (resources.files("launcher.sandbox.identity") / "pages" / "style.css").read_text(encoding="utf-8")
TOKENS = Path(__file__).parents[3] / "shell" / "theme" / "tokens.json"
TEXT_PAIRS = [
    ("text", "canvas"), ("text", "surface"), ("text", "surface-hover"), ("text", "surface-press"), ("text", "warn-soft"),
    ("text-soft", "canvas"), ("text-soft", "surface"), ("text-soft", "surface-hover"),
    ("on-action", "action"), ("on-action", "action-hover"), ("danger", "canvas"), ("warn", "warn-soft"),
]  # fmt: skip
EDGE_PAIRS = [
    ("line-strong", "surface"),
    ("focus", "canvas"),
    ("focus", "surface"),
    ("warn-line", "surface"),
    ("ok", "canvas"),
]


def palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.S)
    assert len(blocks) == 3
    return {
        theme: dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", block))
        for theme, block in zip(THEMES, blocks, strict=True)
    }


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_edges_stand_out(theme: str) -> None:
    palette = palettes()[theme]
    for need, pairs in ((4.5, TEXT_PAIRS), (3.0, EDGE_PAIRS)):
        for fore, back in pairs:
            assert contrast(palette[fore], palette[back]) >= need, (fore, back)


def test_colours_are_those_of_the_token_table() -> None:
    colours = json.loads(TOKENS.read_text(encoding="utf-8"))["color"]
    for theme, palette in palettes().items():
        assert palette == {name: colours[name][theme] for name in palette}


def test_every_colour_that_is_used_is_defined_in_each_theme() -> None:
    used = set(re.findall(r"var\(--([a-z-]+)\)", STYLE))
    for theme, palette in palettes().items():
        assert used == set(palette), theme


def test_no_text_is_smaller_than_fourteen_but_the_initials() -> None:
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", STYLE)
    small = {
        selector.strip()
        for selector, body in rules
        for size in re.findall(r"font(?:-size)?:[^;]*?(\d+)px", body)
        if int(size) < 14
    }
    assert small == {".initials"}


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    def names(sentence: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    norwegian, english = TEXTS["nb"], TEXTS["en"]
    assert norwegian.keys() == english.keys()
    for key in norwegian:
        assert names(norwegian[key]) == names(english[key]), key
    for key in get_args(TextKey):
        assert {f"{key}.title", f"{key}.text"} <= norwegian.keys()


@pytest.mark.parametrize(
    ("ui_locales", "accept", "language"),
    [
        (None, None, "nb"),
        ("en", "nb", "en"),
        ("de en", None, "en"),
        ("de", "en", "en"),
        (None, "nn-NO, en;q=0.5", "nb"),
        (None, "en;q=0.5, no;q=0.6", "nb"),
        (None, "en;q=0", "nb"),
        (None, ";;;,q=,*;q=x," * 1000, "nb"),
    ],
)
def test_language(ui_locales: str | None, accept: str | None, language: str) -> None:
    assert choose_language(ui_locales, accept) == language


def test_assets_are_served_and_nothing_else(provider: Provider, browser: Browser) -> None:
    style = browser.request("GET", provider.issuer + "/assets/style.css")
    assert (style.header("content-type") or "").startswith("text/css")
    assert style.text == STYLE
    licence = browser.request("GET", provider.issuer + "/assets/inter.LICENSE.txt")
    assert "SIL Open Font License" in licence.text
    for name in ("login.html", "..%2Fkeys.py", "%2e%2e/keys.py", ""):
        assert browser.request("GET", f"{provider.issuer}/assets/{name}").status == 404
