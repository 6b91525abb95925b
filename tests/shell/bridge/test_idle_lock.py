"""A window that nobody uses locks itself, and what the organisation decides is not the user's to choose."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from plugins.findings import Text
from shell.bridge.idle_lock import IdleLock
from shell.bridge.refusal import refusal_box


class Hand:
    """Counts locks; its clock stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0
        self.locks = 0

    def lock(self) -> None:
        self.locks += 1

    def seconds(self) -> float:
        return self.now


@pytest.fixture
def line(qtbot: QtBot) -> QLineEdit:
    shown = QLineEdit()
    qtbot.addWidget(shown)
    with qtbot.waitActive(shown):
        shown.show()
        shown.activateWindow()
    return shown


def test_it_locks_once_after_the_minutes(qtbot: QtBot, line: QLineEdit) -> None:
    """Mutants: it locks at once, never, or again each second; a key that is pressed is not seen."""
    hand = Hand()
    idle = IdleLock(5, hand.lock, hand.seconds, line)
    hand.now += 299
    idle.look()
    assert hand.locks == 0
    window = line.windowHandle()
    assert window is not None
    qtbot.keyClick(window, Qt.Key.Key_A)
    hand.now += 299
    idle.look()
    assert (hand.locks, line.text()) == (0, "a")
    hand.now += 1
    idle.look()
    hand.now += 3600
    idle.look()
    assert hand.locks == 1
    qtbot.mouseMove(window, QPoint(3, 3))
    hand.now += 300
    idle.look()
    assert hand.locks == 2


def test_a_mouse_that_moves_elsewhere_is_use(line: QLineEdit) -> None:
    """Somebody reads in a window beside it. Mutant: only events of the own window count."""
    hand = Hand()
    idle = IdleLock(1, hand.lock, hand.seconds, line)
    QCursor.setPos(QCursor.pos() + QPoint(40, 40))
    hand.now += 59
    idle.look()
    hand.now += 59
    idle.look()
    assert hand.locks == 0


def test_what_is_wrong_is_shown_as_plain_text(qtbot: QtBot) -> None:
    """Mutant: what stands in a file is drawn as HTML."""
    line = Text("<b>regler</b>", "<b>rules</b>")
    box = refusal_box([line.nb], "nb")
    qtbot.addWidget(box)
    assert box.text() == "Vaktrom starter ikke"
    assert "<b>regler</b>" in box.informativeText()
    assert box.textFormat() == Qt.TextFormat.PlainText
