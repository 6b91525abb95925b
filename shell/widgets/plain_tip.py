"""Tooltips that are shown letter by letter: Qt would read as HTML whatever looks like it."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """``text`` for ``setToolTip``; names and words in it come from records, vendors and pages."""
    if not Qt.mightBeRichText(text):
        return text
    return "<span>" + html.escape(text).replace("\n", "<br>") + "</span>"
