"""The shell's colours and measures as an app may take them on (SMART App Launch 2.2.0, ``smart_style_url``)."""

from __future__ import annotations

from shell.theme.tokens import THEME_NAMES, ThemeName, Tokens


def app_styles(tokens: Tokens) -> dict[str, dict[str, str]]:
    """One style for each theme, by the theme's name; colours ``#RRGGBB[AA]``, measures in px."""
    return {theme: _style(tokens, theme) for theme in THEME_NAMES}


def _style(tokens: Tokens, theme: ThemeName) -> dict[str, str]:
    font = tokens.table["font"]
    family = ", ".join([str(font["family"]), *map(str, font["fallback"])])
    return {
        "color_background": tokens.color("surface", theme),
        "color_error": tokens.color("danger", theme),
        "color_highlight": tokens.color("action", theme),
        "color_modal_backdrop": tokens.color("scrim", theme),
        "color_success": tokens.color("ok", theme),
        "color_text": tokens.color("text", theme),
        "dim_border_radius": f"{tokens.radius('control')}px",
        "dim_font_size": f"{tokens.style('body').px}px",
        "dim_spacing_size": f"{tokens.size('pane-gap')}px",
        "font_family_body": family,
        "font_family_heading": family,
    }
