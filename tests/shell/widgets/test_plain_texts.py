"""What pages and records wrote is shown as it was written, never read as HTML."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from shell.presenters.view_models import ToastModel
from shell.theme.theme import Theme
from shell.widgets.plain_tip import plain_tip
from shell.widgets.toasts import Toasts

SHELL = Path(__file__).resolve().parents[3] / "shell"
MARKUP = '<h1>Vaktrom</h1><img src="file:///etc/hostname"> <a href="http://elsewhere.example">Logg inn</a>'


def test_a_message_of_a_page_stays_text(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    toasts = Toasts(theme, window)
    toasts.add(ToastModel("dialog", "info", "<b>Notat</b>", MARKUP, ""))
    labels = [one for one in toasts.toasts()[0].findChildren(QLabel) if one.text()]
    assert {one.text() for one in labels} >= {MARKUP, "<b>Notat</b>"}
    assert {one.textFormat() for one in labels} == {Qt.TextFormat.PlainText}


def test_a_tooltip_shows_every_letter() -> None:
    """What looks like HTML is escaped, what does not stays as it is; lines stay lines."""
    shown = QTextDocument()
    shown.setHtml(plain_tip(f"{MARKUP}\nNordvital AS"))
    assert shown.toPlainText() == f"{MARKUP}\nNordvital AS"
    assert plain_tip("Målinger · Nordvital AS") == "Målinger · Nordvital AS"


def test_every_tooltip_is_made_plain() -> None:
    for path in SHELL.rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "setToolTip(" not in line or "setToolTip(plain_tip(" in line, (path.name, line.strip())
