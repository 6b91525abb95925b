"""One application and theme for all; a window per test; a Qt warning fails the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from shell.presenters.view_models import HomeModel
from shell.theme.theme import Theme
from shell.translations import Translations
from shell.windows import gallery_models as demo
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow

QUIET = ("This plugin does not support", "Populating font family aliases", "propagateSizeHints")


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture(scope="session")
def translations(qapp: QApplication) -> Translations:
    return Translations(qapp)


@pytest.fixture(autouse=True)
def as_it_was(theme: Theme, translations: Translations, qapp: QApplication) -> Iterator[None]:
    """Light, 100 %, Bokmål before and after every test."""
    theme.choose("light")
    yield
    theme.choose("light")
    theme.set_text_size(100)
    if translations.language != "nb":
        translations.choose("nb")
    qapp.processEvents()


@pytest.fixture(autouse=True)
def no_qt_warnings(qtlog: object) -> Iterator[None]:
    yield
    records = getattr(qtlog, "records", [])
    heard = [record.message for record in records if record.log_type_name != "QtDebugMsg"]
    heard = [text for text in heard if not any(quiet in text for quiet in QUIET)]
    assert heard == []


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, translations: Translations) -> Iterator[MainWindow]:
    made = MainWindow(theme, translations, version="0.1")
    made.set_home(HomeModel("Vestfløyen"))
    made.set_now(demo.NOW)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    yield made
    made.close()
    delete(made)


@pytest.fixture
def gallery(qapp: QApplication, window: MainWindow, theme: Theme, translations: Translations) -> Gallery:
    """The gallery's scenes on the test's window."""
    made = Gallery.__new__(Gallery)
    made.application, made.theme, made.translations, made.window = qapp, theme, translations, window
    return made
