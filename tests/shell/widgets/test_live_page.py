"""Size of text, zoom and language reach every live page, those that come later too."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from shell.theme.theme import Theme
from shell.translations import Translations
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow


class Page(QWidget):
    """Remembers what it was told."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.zooms: list[float] = []
        self.languages: list[str] = []

    def take_look(self, zoom: float) -> None:
        self.zooms.append(round(zoom, 3))

    def take_language(self, language: str) -> None:
        self.languages.append(language)


@pytest.fixture
def page(gallery: Gallery, window: MainWindow) -> Page:
    gallery.workspace()
    frame = window.area("one").pane("Målinger")
    made = Page(frame.holder)
    frame.set_view(made)
    return made


def test_a_pane_is_as_large_as_the_text_of_the_desktop(page: Page, theme: Theme) -> None:
    assert page.zooms == [1.0]
    theme.set_text_size(150)
    assert page.zooms[-1] == 1.5


def test_a_change_of_theme_is_told(page: Page, theme: Theme) -> None:
    theme.choose("dark")
    assert page.zooms == [1.0, 1.0]


def test_zoom_of_one_pane_comes_on_top_and_stays_for_its_next_page(
    page: Page, window: MainWindow, theme: Theme, qtbot: QtBot
) -> None:
    frame = window.area("one").pane("Målinger")
    window.area("one").focus_pane("Målinger")
    qtbot.keyClick(window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert page.zooms[-1] == 1.1
    theme.set_text_size(200)
    assert page.zooms[-1] == 2.2
    later = Page(frame.holder)
    frame.set_view(later)
    assert later.zooms == [2.2]
    qtbot.keyClick(window, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert later.zooms[-1] == 1.8
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert later.zooms[-1] == 2.0
    other = Page(window.area("one").pane("Notat").holder)
    window.area("one").pane("Notat").set_view(other)
    assert other.zooms == [2.0]


def test_zoom_stops_at_its_ends(page: Page, window: MainWindow) -> None:
    frame = window.area("one").pane("Målinger")
    for _ in range(20):
        frame.zoom(1)
    assert page.zooms[-1] == 3.0
    for _ in range(20):
        frame.zoom(-1)
    assert page.zooms[-1] == 0.5


def test_pages_hear_of_another_language(page: Page, translations: Translations) -> None:
    translations.choose("en")
    assert page.languages == ["en"]


def test_the_login_page_is_as_large_as_the_text_of_the_desktop(window: MainWindow, theme: Theme) -> None:
    theme.set_text_size(125)
    view = Page(window)
    window.sign_in.set_view(view)
    assert view.zooms == [1.25]
    theme.set_text_size(200)
    assert view.zooms[-1] == 2.0
