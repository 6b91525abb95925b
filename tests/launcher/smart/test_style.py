"""A style for embedded apps: only known members of a closed form, and an address that changes with the content."""

from __future__ import annotations

import hashlib

import pytest

from launcher.smart.style import STYLE_KEYS, style_document, style_key, style_mistake

GOOD = {"color_text": "#1a2b3c", "dim_font_size": "16px", "font_family_body": "Inter, 'Segoe UI'"}


def test_a_good_style_and_its_document() -> None:
    assert style_mistake(GOOD) is None
    assert style_mistake({**GOOD, "color_text": "#1a2b3cff"}) is None
    assert set(GOOD) < STYLE_KEYS
    document = style_document({"font_family_body": "Å", "color_text": "#000000"})
    assert document == '{"color_text":"#000000","font_family_body":"Å"}'.encode()
    assert style_key(document) == hashlib.sha256(document).hexdigest()[:32]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"color_x": "#000000"}, "unknown member color_x"),
        ({"color_text": "red"}, "color_text of a style is malformed"),
        ({"color_text": "16px"}, "color_text of a style is malformed"),
        ({"color_text": 1}, "color_text of a style is malformed"),
        ({"dim_font_size": "#000000"}, "dim_font_size of a style is malformed"),
        ({"dim_font_size": "1e9px"}, "dim_font_size of a style is malformed"),
        ({"font_family_body": "url(x)"}, "font_family_body of a style is malformed"),
        ({"font_family_body": "a;b"}, "font_family_body of a style is malformed"),
    ],
)
def test_a_style_that_is_refused(changes: dict[str, object], words: str) -> None:
    assert words in str(style_mistake({**GOOD, **changes}))


def test_an_empty_style() -> None:
    assert style_mistake({}) == "a style is empty"
