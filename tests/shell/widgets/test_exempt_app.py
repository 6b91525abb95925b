"""An app that comes without a proof key says so wherever it is shown (SAL-16)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from context.pane_state import State
from shell.bridge.services import AppFacts
from shell.presenters.palette import AppEntry, found_apps
from shell.presenters.view_models import FoundModel, OverviewAppModel, OverviewModel, RailItemModel
from shell.translations import Translations
from shell.widgets.app_overview import OverviewRow
from shell.widgets.pane_frame import PaneFrame
from shell.windows import gallery_models as demo
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow

WORDS = {"nb": "Uten PKCE: godkjent unntak", "en": "Without PKCE: approved exception"}
EXEMPT = replace(demo.APPS["Notat"], pkce_exempt=True)
PLAIN = demo.APPS["Sår"]


def test_the_gateways_answer_is_kept() -> None:
    answer = {"client_id": "a", "client_name": "A", "publisher": "V", "follows": "relaunch"}
    assert AppFacts.from_answer({**answer, "pkce_exempt": True}).model.pkce_exempt
    assert not AppFacts.from_answer(answer).model.pkce_exempt


@pytest.mark.parametrize("language", ["nb", "en"])
def test_in_the_overview(
    gallery: Gallery, window: MainWindow, translations: Translations, language: str
) -> None:
    translations.choose(language)
    gallery.administrator()
    apps = (OverviewAppModel(EXEMPT, "relaunch"), OverviewAppModel(PLAIN, "relaunch"))
    window.set_overview(OverviewModel("", "", apps))
    rows = window.desk.start.overview.findChildren(OverviewRow)
    names = [row.accessibleName() for row in rows][-2:]
    assert [WORDS[language] in name for name in names] == [True, False]


def test_in_the_rail(window: MainWindow) -> None:
    window.set_rail((RailItemModel(EXEMPT), RailItemModel(PLAIN)))
    tips = [item.toolTip() for item in window.desk.rail.items()]
    assert [WORDS["nb"] in tip for tip in tips] == [True, False]


def test_in_the_list_of_all_apps(gallery: Gallery, window: MainWindow, qtbot: QtBot) -> None:
    """Drawn as a tag and read out; mutant: only one of the two rows' kinds is told apart."""
    gallery.administrator()
    entries = [AppEntry(app.name, app.name, app.vendor, b"", app.pkce_exempt) for app in (EXEMPT, PLAIN)]
    window.open_palette()
    window.show_found(FoundModel("", tuple(found_apps("", entries))))
    rows = window.palette_view.rows
    read = [
        rows.data(rows.index(number, 0), Qt.ItemDataRole.AccessibleTextRole)
        for number in range(rows.rowCount())
    ]
    assert [WORDS["nb"] in text for text in read] == [True, False]


def test_in_the_panes_menu(gallery: Gallery, window: MainWindow, qtbot: QtBot) -> None:
    gallery.administrator()
    window.add_area("one")
    window.show_area("one")
    area = window.area("one")
    pane = demo.pane("Notat", State.FOLLOWING, demo.haugen())
    entries = []
    area.add_pane(pane)
    for app in (EXEMPT, PLAIN):
        area.set_pane(replace(pane, app=app))
        frame = area.findChildren(PaneFrame)[0]
        frame._open_menu(QPoint(0, 0))
        menu = frame.findChildren(QMenu)[-1]
        entries.append([action.text() for action in menu.actions()])
        menu.close()
    assert [WORDS["nb"] in texts for texts in entries] == [True, False]
