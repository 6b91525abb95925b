"""The start lists: filters, keyboard, one click opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shell.presenters.view_models import EmptyModel, WardListModel
from shell.widgets.list_columns import WARD_COLUMNS, fitted
from shell.widgets.row_painter import PADDING, has_value, split_value
from shell.widgets.ward_list import WardList
from shell.windows import gallery_models as demo
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow


@pytest.fixture
def ward(gallery: Gallery, window: MainWindow) -> WardList:
    gallery.ward()
    made = window.desk.start.ward
    made.focus_list()
    made.view.go_to(0)
    return made


def opened(window: MainWindow) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    window.row_opened.connect(lambda key, tab: found.append((key, tab)))
    return found


def test_arrows_home_end_enter(ward: WardList, window: MainWindow, qtbot: QtBot) -> None:
    found = opened(window)
    view = ward.view
    assert view.hasFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current_key() == "202"
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.current_key() == "216"
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current_key() == "215"
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.current_key() == "201"
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert found == [("201", False), ("201", True)]


def test_letters_and_room_numbers_jump(ward: WardList, qtbot: QtBot) -> None:
    view = ward.view
    qtbot.keyClicks(view, "h")
    assert view.current_key() == "204"
    qtbot.keyClicks(view, "h")
    assert view.current_key() == "205"
    view._typed = ""
    qtbot.keyClicks(view, "209")
    assert view.current_key() == "209"


class Drawn(QObject):
    """The areas that a widget is asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[QRect] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(event.rect())
        return False


def test_a_row_alone_is_painted_when_it_alone_has_changed(ward: WardList, qapp: QApplication) -> None:
    """Mutant: the whole list is painted while the patient who was chosen is on her way."""
    qapp.processEvents()
    drawn, view = Drawn(), ward.view
    view.viewport().installEventFilter(drawn)
    view.set_opening(frozenset({"204"}))
    qapp.processEvents()
    row = QRect(0, view.rowViewportPosition(3), view.viewport().width(), view.rowHeight(3))
    assert drawn.areas == [row]
    drawn.areas.clear()
    assert ward._model is not None
    ward.set_list(replace(ward._model))
    qapp.processEvents()
    assert drawn.areas == []


def test_one_click_opens(ward: WardList, window: MainWindow, qtbot: QtBot) -> None:
    found = opened(window)
    view = ward.view
    spot = QPoint(300, view.rowViewportPosition(3) + 20)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, spot)
    assert found == [("204", False), ("204", True)]


def test_filters_count_and_narrow(ward: WardList, qtbot: QtBot) -> None:
    names = [segment.accessibleName() for segment in ward.filters.segments()]
    assert names == ["Alle 16", "Forfalt 3", "Nå 3", "Nytt 6"]
    qtbot.mouseClick(ward.filters.segments()[1], Qt.MouseButton.LeftButton)
    assert [row.room for row in ward.rows.rows()] == ["203", "204", "207"]
    qtbot.keyClicks(ward.field.edit, "haug")
    assert [row.room for row in ward.rows.rows()] == ["204"]
    qtbot.keyClick(ward.field.edit, Qt.Key.Key_Escape)
    assert len(ward.rows.rows()) == 3


def test_nothing_found_says_how_to_go_on(ward: WardList, qtbot: QtBot) -> None:
    qtbot.keyClicks(ward.field.edit, "haukn")
    assert ward.card.is_empty()
    assert "haukn" in ward.card.empty.title.text()
    qtbot.mouseClick(ward.card.empty.button, Qt.MouseButton.LeftButton)
    assert not ward.card.is_empty()
    assert len(ward.rows.rows()) == 16
    assert ward.view.hasFocus()


def test_nothing_overdue_names_what_comes_next(ward: WardList, window: MainWindow) -> None:
    rows = tuple(row for row in demo.ward_list().rows if row.due is None or row.due.urgency == "later")
    window.set_ward_list(WardListModel("Vestfløyen", rows, "night", demo.DAY))
    ward.filters.segments()[1].click()
    assert ward.card.empty.text.text() == "Neste er kl. 04:00: Snu i seng, rom 201."


def test_a_failed_list_has_one_button(ward: WardList, window: MainWindow, qtbot: QtBot) -> None:
    window.set_list_empty(
        EmptyModel(
            "server", "Lista kunne ikke leses", "Feilen ligger hos oss.", "Les på nytt", "reload", True
        )
    )
    with qtbot.waitSignal(window.list_reload_asked):
        ward.card.empty.button.click()
    window.set_list_empty(None)
    assert not ward.card.is_empty()


def test_a_new_reading_keeps_the_row(ward: WardList, window: MainWindow) -> None:
    ward.view.go_to(8)
    window.set_ward_list(demo.ward_list())
    assert ward.view.current_key() == "209"


def test_a_row_is_one_sentence(ward: WardList) -> None:
    index = ward.rows.index(3, 0)
    sentence = str(ward.rows.data(index, Qt.ItemDataRole.AccessibleTextRole))
    assert sentence.startswith("Rom 204, Haugen, Marit, 87 år, Navnelik, CAVE, Hjertesvikt")
    assert "Forfalt 12 min Mål NEWS2" in sentence


@pytest.mark.parametrize("percent", [100, 125, 150, 200])
@pytest.mark.parametrize("width", [900, 1244, 1798])
def test_names_have_room_and_columns_drop_from_the_right(ward: WardList, width: int, percent: int) -> None:
    ward.theme.set_text_size(percent)
    least = ward.view.least()
    widths = fitted(WARD_COLUMNS, width, percent, least)
    assert widths["name"] >= max(ward.view.painter.name_width(row) for row in ward.rows.rows()) - PADDING
    assert sum(widths.values()) <= width
    shown = [column.name for column in WARD_COLUMNS if widths[column.name]]
    assert {"room", "name", "due"} <= set(shown)
    droppable = [column.name for column in WARD_COLUMNS if not column.stays]
    kept = [name for name in droppable if name in shown]
    assert kept == droppable[: len(kept)]
    assert widths["observed"] == 0 or widths["observed"] >= least["observed"]


LONGEST = "Blodtrykk stående etter ett minutt 152/84"


@pytest.mark.parametrize("percent", [100, 150, 200])
@pytest.mark.parametrize("width", [900, 1244, 1798])
def test_a_measured_value_is_never_cut(ward: WardList, window: MainWindow, width: int, percent: int) -> None:
    """Mutant: the value is elided with its name, and 11,9 reads 1…"""
    rows = demo.ward_list().rows
    window.set_ward_list(
        WardListModel("Vestfløyen", (replace(rows[0], observation=LONGEST), *rows[1:]), "night", demo.DAY)
    )
    ward.theme.set_text_size(percent)
    shown = fitted(WARD_COLUMNS, width, percent, ward.view.least())["observed"]
    painter = ward.view.painter
    for row in ward.rows.rows() if shown else ():
        assert painter.observed_runs(row, shown)[-1].text == row.observation or not has_value(row.observation)
    for narrow in (60, 100, 140, 166):
        for row in filter(lambda row: has_value(row.observation), ward.rows.rows()):
            drawn = painter.observed_runs(row, narrow)[-1].text
            assert drawn.endswith(split_value(row.observation)[1]), (narrow, drawn)


def test_what_was_seen_in_words_may_be_cut_and_says_so(ward: WardList) -> None:
    row = replace(demo.ward_list().rows[0], observation="Spist halv porsjon og drukket litt saft")
    drawn = ward.view.painter.observed_runs(row, 166)
    assert drawn[0].text == "00:30"
    assert drawn[-1].text.endswith("…")


def test_a_ward_of_1366_pixels_shows_every_column(ward: WardList) -> None:
    widths = fitted(WARD_COLUMNS, 1244, 100, ward.view.least())
    assert all(widths.values())


def test_namesakes_show_age_and_birth_date(ward: WardList, window: MainWindow) -> None:
    rows = [replace(row, born=date(1939, 2, 14)) for row in demo.ward_list().rows]
    window.set_ward_list(WardListModel("Vestfløyen", tuple(rows), "night", demo.DAY))
    shown = {row.room: ward.view.painter.name_runs(row)[-1].text for row in ward.rows.rows()}
    assert (shown["204"], shown["205"]) == ("87 · 14.02.39", "79")


def test_rows_of_the_first_screen(ward: WardList) -> None:
    assert ward.view.rowHeight(0) == 44
    assert ward.view.rowAt(ward.view.viewport().height() - 1) >= 13


def test_the_practice_list_passes_over_breaks(gallery: Gallery, window: MainWindow, qtbot: QtBot) -> None:
    gallery.practice()
    practice = window.desk.start.practice
    practice.focus_list()
    view = practice.view
    view.go_to(8)
    assert view.current_key() == "11:00"
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current_key() == "12:00"
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current_key() == "11:00"
    assert practice.subtitle.text() == "13 timer · 4 ferdige · 2 venter"
    practice.filters.segments()[2].click()
    assert len(practice.rows.rows()) == 36


def test_the_inbox_opens(gallery: Gallery, window: MainWindow, qtbot: QtBot) -> None:
    gallery.practice()
    row = window.desk.start.practice.inbox.rows()[0]
    assert row.accessibleName() == "Prøvesvar, 7, 2 avvik"
    with qtbot.waitSignal(window.inbox_opened) as asked:
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert asked.args == ["lab"]


def test_the_next_user_sees_nothing_of_the_last_list(ward: WardList, window: MainWindow) -> None:
    ward.field.edit.setText("haug")
    window.set_practice_list(demo.practice_list())
    window.show_sign_in()
    window.show_start_list()
    window.set_list_empty(EmptyModel("list", "Ingen pasientliste", ""))
    for page in (ward, window.desk.start.practice):
        assert not page.rows.everything()
        assert (page.title.text(), page.subtitle.text(), page.field.text()) == ("", "", "")
    assert not window.desk.start.front().filters.isVisible()


def test_the_keyboard_follows_from_ward_to_practice(ward: WardList, window: MainWindow) -> None:
    assert ward.view.hasFocus()
    window.set_practice_list(demo.practice_list())
    assert window.desk.start.practice.view.hasFocus()


def test_key_hints_of_the_palette_are_not_cut(ward: WardList, window: MainWindow, qtbot: QtBot) -> None:
    window.theme.set_text_size(150)
    window.open_palette()
    foot = window.palette_view._foot
    layout = foot.layout()
    assert layout is not None
    qtbot.waitUntil(lambda: layout.sizeHint().width() <= foot.width())
    window.theme.set_text_size(100)
