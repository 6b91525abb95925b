"""The palette by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shell.presenters.view_models import FoundModel
from shell.windows import gallery_models as demo
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow


@pytest.fixture
def desk(gallery: Gallery, window: MainWindow) -> MainWindow:
    gallery.workspace()
    return window


def test_ctrl_k_asks_chooses_and_gives_the_focus_back(desk: MainWindow, qtbot: QtBot) -> None:
    desk.desk.banner.setFocus()
    asked: list[tuple[str, str]] = []
    chosen: list[tuple[str, bool]] = []
    desk.palette_asked.connect(lambda text, prefix: asked.append((text, prefix)))
    desk.palette_chosen.connect(lambda key, beside: chosen.append((key, beside)))
    qtbot.keyClick(desk.desk.banner, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = desk.palette_view
    assert palette.isVisible()
    assert palette.field.hasFocus()
    qtbot.keyClicks(palette.field, "må")
    assert asked[-1] == ("må", "")
    desk.show_found(FoundModel("må", demo.palette_results()))
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.current_key() == "p1"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert chosen == [("p1", True)]
    assert not palette.isVisible()
    assert QApplication.focusWidget() is desk.desk.banner


@pytest.mark.parametrize("prefix", ["@", "#", ">"])
def test_prefixes_are_taken_off(desk: MainWindow, qtbot: QtBot, prefix: str) -> None:
    asked: list[tuple[str, str]] = []
    desk.palette_asked.connect(lambda text, given: asked.append((text, given)))
    desk.open_palette()
    qtbot.keyClicks(desk.palette_view.field, f"{prefix} lien")
    assert asked[-1] == ("lien", prefix)


def test_an_answer_to_an_older_question_is_dropped(desk: MainWindow, qtbot: QtBot) -> None:
    desk.open_palette("målinger")
    desk.show_found(FoundModel("må", demo.palette_results()))
    assert desk.palette_view.rows.rowCount() == 0


def test_nothing_found_says_how_to_search(desk: MainWindow) -> None:
    desk.open_palette("haukn")
    desk.show_found(FoundModel("haukn", searching=True))
    assert "haukn" not in desk.palette_view.empty.title.text()
    desk.show_found(FoundModel("haukn"))
    assert "haukn" in desk.palette_view.empty.title.text()
    assert "fødselsdato" in desk.palette_view.empty.text.text()


def test_escape_and_a_second_ctrl_k_close(desk: MainWindow, qtbot: QtBot) -> None:
    desk.open_palette()
    qtbot.keyClick(desk.palette_view.field, Qt.Key.Key_Escape)
    assert not desk.palette_view.isVisible()
    desk.open_palette()
    qtbot.keyClick(desk.palette_view.field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert not desk.palette_view.isVisible()


def test_the_banner_is_neither_covered_nor_dimmed(desk: MainWindow) -> None:
    banner = desk.desk.banner
    before = banner.grab().toImage()
    desk.open_palette("må")
    desk.show_found(FoundModel("må", demo.palette_results()))
    assert banner.grab().toImage() == before
    bottom = banner.mapTo(desk.desk, banner.rect().bottomLeft()).y()
    assert desk.palette_view.y() > bottom
    assert all(scrim.y() >= 48 for scrim in desk.overlay.scrims)
    assert desk.overlay.scrims[1].y() == bottom + 1


def test_the_arrows_stop_at_both_ends(desk: MainWindow, qtbot: QtBot) -> None:
    desk.open_palette("må")
    desk.show_found(FoundModel("må", demo.palette_results()))
    field = desk.palette_view.field
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert desk.palette_view.current_key() == "a1"
    for _ in range(12):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    assert desk.palette_view.current_key() == "l1"
