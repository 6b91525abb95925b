"""The start page of a user without a list of patients."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from shell.presenters.view_models import StripModel
from shell.widgets.app_overview import OverviewRow
from shell.windows import gallery_models as demo
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow


def test_installed_apps_are_listed_and_heard(gallery: Gallery, window: MainWindow) -> None:
    gallery.administrator()
    rows = window.desk.start.overview.findChildren(OverviewRow)
    assert rows[0].accessibleName() == "Målinger, Nordvital AS, Følger pasienten selv"
    assert len([row for row in rows if row.isVisible()]) == 6
    assert window.desk.start.overview.head.text() == "Installerte apper: 6"


def test_a_person_is_searched_for_from_the_keyboard(
    gallery: Gallery, window: MainWindow, qtbot: QtBot
) -> None:
    gallery.administrator()
    gallery.settle()
    assert window.desk.start.overview.search.hasFocus()
    qtbot.keyClick(window.desk.start.overview.search, Qt.Key.Key_Space)
    assert window.palette_view.isVisible()
    assert window.palette_view.prefix() == "@"


def test_nothing_of_the_last_user_stays(gallery: Gallery, window: MainWindow) -> None:
    gallery.administrator()
    window.show_sign_in()
    gallery.settle()
    overview = window.desk.start.overview
    assert overview.title.text() == ""
    assert [row for row in overview.findChildren(OverviewRow) if not row.isHidden()] == []


def test_the_focus_ring_moves_with_what_the_control_stands_in(gallery: Gallery, window: MainWindow) -> None:
    """Mutant: only the control itself is watched, and the ring stays where it was."""
    gallery.administrator()
    gallery.settle()
    search = window.desk.start.overview.search
    search.setFocus()
    gallery.settle()
    before = window.ring.geometry()
    assert before.contains(QRect(search.mapTo(window, QPoint(0, 0)), search.size()))
    window.set_strip(StripModel("offline", demo.at("03:18"), demo.at("03:17"), 5))
    gallery.settle()
    assert window.ring.geometry().top() > before.top()
    assert window.ring.geometry().contains(QRect(search.mapTo(window, QPoint(0, 0)), search.size()))
