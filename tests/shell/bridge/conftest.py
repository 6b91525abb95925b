"""A real window and real controllers; the gateway is a list of calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from shell.bridge.services import AppFacts, Services
from shell.bridge.workspace_controller import WorkspaceController
from shell.theme.theme import Theme
from shell.translations import Translations
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices

SESSION: dict[str, Any] = {"user": {"name": "Siri Dahl"}, "lists": []}
APPS = [
    AppFacts(name, name.capitalize(), "En leverandør", "relaunch", frozenset())
    for name in ("notat", "legemidler")
]


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture(scope="session")
def translations(qapp: QApplication) -> Translations:
    return Translations(qapp)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, translations: Translations) -> Iterator[MainWindow]:
    made = MainWindow(theme, translations, version="0.1")
    made.resize(1366, 768)
    made.show()
    yield made
    made.close()
    delete(made)


@pytest.fixture
def services() -> FakeServices:
    return FakeServices()


@pytest.fixture
def workspace(window: MainWindow, services: FakeServices) -> WorkspaceController:
    """Signed in, at the start list, nobody chosen."""
    made = WorkspaceController(window, cast(Services, services), SESSION, APPS, "topic-1", window)
    made.start()
    return made
