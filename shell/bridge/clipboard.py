"""The clipboard is the whole computer's: what a pane of ours put there does not stay for the next patient or user (S6)."""

from __future__ import annotations

from PySide6.QtGui import QClipboard, QGuiApplication


def clear_own_clipboard() -> None:
    """Clear the clipboard when a pane of ours wrote it (S6), and on Linux the text that was marked in one."""
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None and clipboard.ownsClipboard():
        clipboard.clear()
    if clipboard is not None and clipboard.supportsSelection() and clipboard.ownsSelection():
        clipboard.clear(QClipboard.Mode.Selection)
