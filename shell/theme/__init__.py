"""Colours, type, icons and the one style sheet of the desktop, all from ``tokens.json``."""

from shell.theme.theme import TEXT_SIZES, Theme

__all__ = ["TEXT_SIZES", "Theme"]
