"""One style sheet template, filled from the tokens: three themes, any size of text."""

from __future__ import annotations

import re
from collections.abc import Callable

from shell.theme.tokens import FOLDER, ThemeName, Tokens

STRIP_PERCENT = 150
PLACE = re.compile(r"@(?:(r|s|f|c):)?([a-z0-9-]+)")


def style_sheet(tokens: Tokens, theme: ThemeName, family: str, scaled: Callable[[int], int]) -> str:
    """``@name`` is a colour, ``@r:name`` a radius, ``@s:15`` pixels that grow with text, ``@c:15`` those of the
    top strip, which grow to STRIP_PERCENT at most, ``@f:family`` the font.

    Raises KeyError for a name that the token table does not have.
    """
    template = (FOLDER / "vaktrom.qss").read_text(encoding="utf-8")

    def fill(found: re.Match[str]) -> str:
        kind, name = found.groups()
        if kind == "r":
            return f"{tokens.radius(name)}px"
        if kind == "s":
            return f"{scaled(int(name))}px"
        if kind == "c":
            return f"{min(scaled(int(name)), int(name) * STRIP_PERCENT // 100)}px"
        if kind == "f":
            return f'"{family}"'
        return tokens.color(name, theme)

    return PLACE.sub(fill, template)
