"""S6: the clipboard is cleared on lock and at the end when a pane of ours wrote it, and left alone otherwise."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from shell.bridge.clipboard import clear_own_clipboard

OTHER_PROGRAM = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication(["other"])
QGuiApplication.clipboard().setText("a shopping list")
print("ready", flush=True)
from PySide6.QtCore import QTimer
QTimer.singleShot(20000, application.quit)
application.exec()
"""


def test_what_we_wrote_is_cleared(qtbot: QtBot) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("13816749876")
    clear_own_clipboard()
    assert clipboard.text() == ""


def test_what_another_program_wrote_is_left_alone(qtbot: QtBot) -> None:
    other = subprocess.Popen([sys.executable, "-c", OTHER_PROGRAM], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        clipboard = QGuiApplication.clipboard()
        qtbot.waitUntil(lambda: clipboard.text() == "a shopping list", timeout=5000)
        clear_own_clipboard()
        assert clipboard.text() == "a shopping list"
    finally:
        other.kill()
        other.communicate()
