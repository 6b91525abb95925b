"""The clipboard is the whole computer's: what a pane of ours put there does not stay for the next patient or user (S6)."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication


def clear_own_clipboard() -> None:
    """Clear the clipboard when a pane of ours wrote it (S6)."""
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None and clipboard.ownsClipboard():
        clipboard.clear()
