"""The style that an embedded app may take on (``smart_style_url``, SAL-31): a few values, named by their content."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

STYLE_KEYS = frozenset(
    {
        "color_background",
        "color_error",
        "color_highlight",
        "color_modal_backdrop",
        "color_success",
        "color_text",
        "dim_border_radius",
        "dim_font_size",
        "dim_spacing_size",
        "font_family_body",
        "font_family_heading",
    }
)
"""The members that SMART App Launch 2.2.0 knows."""

COLOR = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")
DIMENSION = re.compile(r"\d{1,3}px")
FONT = re.compile(r"[\w \"',-]{1,200}")


def style_mistake(style: Mapping[str, object]) -> str | None:
    """What is wrong with a style, or ``None``: only known members, colours, pixels and font names."""
    if not style:
        return "a style is empty"
    for name, value in style.items():
        if name not in STYLE_KEYS:
            return f"a style has the unknown member {name}"
        kind = COLOR if name.startswith("color_") else DIMENSION if name.startswith("dim_") else FONT
        if not isinstance(value, str) or kind.fullmatch(value) is None:
            return f"{name} of a style is malformed"
    return None


def style_document(style: Mapping[str, str]) -> bytes:
    """The style as JSON, always the same bytes for the same values."""
    return json.dumps(dict(sorted(style.items())), ensure_ascii=False, separators=(",", ":")).encode()


def style_key(document: bytes) -> str:
    """The part of the URL that changes whenever the content does."""
    return hashlib.sha256(document).hexdigest()[:32]
