"""What pages and records wrote is shown as it was written, never read as HTML."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from shell.presenters.view_models import ToastModel
from shell.theme.theme import Theme
from shell.widgets.toasts import Toasts

MARKUP = '<h1>Vaktrom</h1><img src="file:///etc/hostname"> <a href="http://elsewhere.example">Logg inn</a>'


def test_a_message_of_a_page_stays_text(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    toasts = Toasts(theme, window)
    toasts.add(ToastModel("dialog", "info", "<b>Notat</b>", MARKUP, ""))
    labels = [one for one in toasts.toasts()[0].findChildren(QLabel) if one.text()]
    assert {one.text() for one in labels} >= {MARKUP, "<b>Notat</b>"}
    assert {one.textFormat() for one in labels} == {Qt.TextFormat.PlainText}
