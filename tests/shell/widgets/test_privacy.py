"""F12: nothing of anybody on the screen or in the accessibility tree, whatever was open, and everything there afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from shell.presenters.view_models import LockModel, ToastModel, UnsavedModel
from shell.windows import gallery_models as demo
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = ("Haugen", "Marit", "Lien", "Siri", "Penicillin", "204", "Målinger")


@pytest.fixture
def desk(gallery: Gallery, window: MainWindow) -> MainWindow:
    gallery.pinned()
    window.area("one").focus_pane("Målinger")
    return window


def heard(interface: QAccessibleInterface) -> list[str]:
    """Every name, description and value that a screen reader finds below."""
    kinds = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value)
    found = [interface.text(kind) for kind in kinds]
    for index in range(interface.childCount()):
        child = interface.child(index)
        if child is not None:
            found += heard(child)
    return [text for text in found if text]


def said(window: MainWindow) -> list[str]:
    texts = heard(QAccessible.queryAccessibleInterface(window))
    return [name for name in NAMES if any(name in text for text in texts)]


def colours(window: MainWindow) -> set[str]:
    """Of a grid of points over the whole window, apart from the middle, where the words are."""
    image = window.grab().toImage()
    width, height = image.width(), image.height()
    return {
        image.pixelColor(x, y).name()
        for x in range(0, width, 7)
        for y in range(0, height, 7)
        if not (height // 3 < y < height * 2 // 3)
    }


def nothing(_: MainWindow) -> None:
    """Only what lay there."""


def palette(window: MainWindow) -> None:
    window.open_palette("hau")


def question(window: MainWindow) -> None:
    window.ask_unsaved(UnsavedModel(demo.APPS["Notat"], demo.haugen(), demo.lien(), demo.at("03:04")))


def note(window: MainWindow) -> None:
    window.toast(ToastModel("saved", "info", "Lagret", "Haugen, Marit"))


def menu(window: MainWindow) -> None:
    window.desk.banner.more_asked.emit()
    assert QApplication.activePopupWidget() is not None


def tooltip(window: MainWindow) -> None:
    QToolTip.showText(window.mapToGlobal(QPoint(300, 300)), "Haugen, Marit", window)
    assert QToolTip.isVisible()


@pytest.mark.parametrize("opened", [nothing, palette, question, note, menu, tooltip])
def test_f12_hides_whatever_is_open_before_the_next_event(
    desk: MainWindow, qtbot: QtBot, opened: Callable[[MainWindow], None]
) -> None:
    """Mutants: painted with the next event only; menus, dialogs or tooltips forgotten; covered but read out."""
    opened(desk)
    assert said(desk)
    qtbot.keyClick(QApplication.activePopupWidget() or QApplication.focusWidget() or desk, Qt.Key.Key_F12)
    assert desk.privacy.isVisible()
    assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == [desk]
    assert len(colours(desk)) == 1
    assert said(desk) == []
    assert desk.windowTitle() == "Vaktrom"
    assert QApplication.focusWidget() is desk.privacy


def test_what_comes_while_it_is_hidden_is_neither_seen_nor_heard(desk: MainWindow, qtbot: QtBot) -> None:
    """Mutants: a note, a menu or another page comes up above; a change of patient is read out."""
    told: list[str] = []
    desk.announcer.announced.connect(lambda text, _: told.append(text))
    desk.privacy.cover()
    assert told == [desk.privacy.accessibleName()]
    note(desk)
    desk.set_banner(None)
    desk.set_banner(demo.haugen_banner())
    desk.show_start_list()
    desk.show_workspace()
    question(desk)
    late = QMenu(desk)
    late.addAction("Haugen, Marit")
    late.popup(desk.mapToGlobal(QPoint(200, 200)))
    qtbot.waitUntil(lambda: not late.isVisible(), timeout=2000)
    desk.resize(1500, 800)
    QApplication.processEvents()
    assert len(colours(desk)) == 1
    assert said(desk) == []
    assert len(told) == 1
    desk.resize(1366, 768)


@pytest.mark.parametrize("key", [Qt.Key.Key_F12, Qt.Key.Key_Escape])
def test_f12_or_escape_shows_it_again_as_it_was(desk: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    frame = desk.area("one").pane("Målinger")
    page = QWidget(frame.holder)
    field = QLineEdit("utkast", page)
    frame.set_view(page)
    field.setFocus()
    before = said(desk)
    qtbot.keyClick(field, Qt.Key.Key_F12)
    assert not field.hasFocus()
    assert len(colours(desk)) == 1
    for other in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_F1, Qt.Key.Key_A):
        qtbot.keyClick(desk.privacy, other)
    qtbot.keyClick(desk.privacy, Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    assert desk.privacy.blank
    qtbot.keyClick(desk.privacy, key)
    assert not desk.privacy.isVisible()
    assert field.hasFocus() and field.text() == "utkast"
    assert len(colours(desk)) > 1
    assert said(desk) == before
    assert desk.desk.at_start is False


def test_it_can_be_locked_while_it_is_hidden(desk: MainWindow, qtbot: QtBot) -> None:
    """Mutant: the lock lies below, and whoever comes next sees no way to it."""
    desk.lock_asked.connect(lambda: desk.show_lock(LockModel(demo.SIRI, demo.at("03:21"), "Vestfløyen")))
    desk.privacy.cover()
    qtbot.keyClick(desk.privacy, Qt.Key.Key_L, CTRL)
    assert desk.page is desk.lock
    assert not desk.privacy.isVisible()
    assert desk.lock.unlock.hasFocus()
    desk.hide_lock()


def test_the_sign_in_page_can_be_hidden_too(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F12)
    assert window.privacy.isVisible()
    assert len(colours(window)) == 1
    qtbot.keyClick(window.privacy, Qt.Key.Key_F12)
    assert not window.privacy.isVisible()
