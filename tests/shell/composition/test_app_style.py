"""The styles that apps are told are ones that the gateway accepts, and differ with the theme (SAL-31)."""

from __future__ import annotations

from launcher.smart.style import STYLE_KEYS, style_document, style_key, style_mistake
from shell.composition.app_style import app_styles
from shell.theme.tokens import THEME_NAMES, Tokens


def test_every_theme_is_a_whole_style_of_its_own() -> None:
    styles = app_styles(Tokens.read())
    assert tuple(styles) == THEME_NAMES
    for style in styles.values():
        assert style.keys() == STYLE_KEYS
        assert style_mistake(style) is None
    assert len({style_key(style_document(style)) for style in styles.values()}) == len(THEME_NAMES)
