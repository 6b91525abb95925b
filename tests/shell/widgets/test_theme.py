"""Tokens, contrast, icons, fonts, style sheet."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QImage

from shell.presenters.view_models import AppModel
from shell.theme.icons import FILLED, IconLoader
from shell.theme.stylesheet import style_sheet
from shell.theme.theme import Theme
from shell.theme.tokens import FOLDER, THEME_NAMES, ThemeName, Tokens, contrast
from shell.widgets.button import INKS
from shell.widgets.pane_texts import STATE_ICONS
from shell.widgets.tag import LOOKS
from shell.widgets.toasts import LOOKS as TOAST_LOOKS
from shell.widgets.top_strip import ConnectionState

TOKENS = Tokens.read()
GROUNDS = {
    "primary": "action",
    "danger": "surface",
    "lamp": "lamp",
    "night": "night",
    "foot": "canvas",
    "on-patient": "patient-1",
}
USED = [
    *((look.ink, look.fill) for look in LOOKS.values()),
    *((ink, "surface-alt") for icon, ink in STATE_ICONS.values() if ink != "on-patient"),
    *((ink, GROUNDS[kind]) for kind, ink in INKS.items()),
    *((ink, "chrome") for _, ink in ConnectionState.LOOKS.values()),
    *((ink, "surface") for _, ink in TOAST_LOOKS.values()),
    *((f"patient-{slot}-ink", back) for slot in (1, 2, 3) for back in ("surface-alt", f"patient-{slot}-soft")),
    *(("on-patient", f"patient-{slot}") for slot in (1, 2, 3, "none")),
    *(("text", back) for back in ("canvas", "chrome", "surface", "surface-alt", "surface-hover", "warn-soft", "danger-soft")),
    *(("text-soft", back) for back in ("canvas", "chrome", "surface", "surface-alt", "surface-hover", "action-soft")),
    *(("text-faint", back) for back in ("surface", "surface-alt")),
    ("text", "action-soft"), ("cave-ink", "cave-fill"), ("alike-ink", "alike-fill"),
    ("on-night", "night"), ("on-night-soft", "night"), ("on-night", "night-2"),
]  # fmt: skip


@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_pair_of_text_that_is_drawn_can_be_read(name: ThemeName) -> None:
    for fore, back in USED:
        ratio = contrast(TOKENS.color(fore, name), TOKENS.color(back, name))
        assert ratio >= 4.5, (fore, back, ratio)


@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_pair_of_the_table_keeps_what_it_promises(name: ThemeName) -> None:
    for fore, back, need in TOKENS.contrast_pairs():
        assert contrast(TOKENS.color(fore, name), TOKENS.color(back, name)) >= need


@pytest.mark.parametrize("name", THEME_NAMES)
def test_the_style_sheet_leaves_no_place_open(name: ThemeName) -> None:
    filled = style_sheet(TOKENS, name, "Inter", lambda pixels: pixels)
    assert "@" not in filled
    assert not re.search(r"font-size: (\d)px|font-size: 1[0-2]px", filled)


def test_smallest_text_is_thirteen() -> None:
    rows = [row for row in TOKENS.table["type"].values() if isinstance(row, dict)]
    assert min(row["px"] for row in rows) >= 13
    assert TOKENS.style("body").px >= 14
    assert TOKENS.style("banner-name").px >= 28


def test_filled_icons_take_the_surface_before_the_colour() -> None:
    loader = IconLoader()
    for name in FILLED:
        drawn = loader.svg(name, "#FFFFFF", "#000000").decode()
        assert drawn.count("#000000") == 1
        assert "currentColor" not in drawn
    assert b"#FFFFFF" in loader.svg("pin", "#FFFFFF", "#000000")


def test_every_icon_draws_something(theme: Theme) -> None:
    for name in theme.icons.names():
        image = theme.icon(name, "text", 24).toImage().convertToFormat(QImage.Format.Format_ARGB32)
        assert any(image.pixelColor(x, y).alpha() > 128 for x in range(24) for y in range(24)), name


def test_a_vendors_icon_is_one_colour_and_a_bad_one_is_replaced(theme: Theme) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><rect width="24" height="24" fill="red"/></svg>'
    image = theme.app_icon(AppModel("a", "A", "V", svg), "text", 24).toImage()
    assert image.pixelColor(12, 12).name().upper() == theme.hex("text")
    assert not theme.app_icon(AppModel("a", "A", "V", b"no svg"), "text", 24).isNull()


def test_the_font_is_ours_with_its_licence(theme: Theme) -> None:
    assert QFontInfo(theme.font("body")).family() == "Inter"
    assert "SIL Open Font License" in (FOLDER / "fonts" / "LICENSE-Inter.txt").read_text()


def test_digits_are_tabular_and_letters_of_names_differ(theme: Theme) -> None:
    metrics = theme.metrics("body")
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")
    plain, named = theme.font("body"), theme.font("body", name=True)
    assert QFontMetrics(named).horizontalAdvance("Ill") != QFontMetrics(plain).horizontalAdvance("Ill")
    assert named.weight() == QFont.Weight.Normal


def test_unknown_choice_follows_the_system(theme: Theme) -> None:
    theme.choose("dark")
    assert theme.name == "dark"
    theme.choose("nonsense")
    assert theme.choice == "system"
