"""Each state of S3 as it is seen; the curtain over a live view."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from context.pane_state import Reason, State
from shell.presenters.view_models import PaneModel, PermissionModel
from shell.theme.theme import Theme
from shell.widgets.curtain import BAR_AFTER_MS
from shell.widgets.pane_area import PaneArea
from shell.widgets.pane_frame import PaneFrame
from shell.windows import gallery_models as demo

FOLLOWING = demo.pane("Notat", State.FOLLOWING, demo.haugen())
CHANGING = demo.pane("Notat", State.CHANGING, None, demo.lien())
SWITCHING = demo.pane("Notat", State.CHANGING, demo.haugen(), demo.lien())
PINNED = demo.pane("Notat", State.PINNED, demo.haugen(), demo.haugan())
OUT = demo.pane("Notat", State.OUT_OF_SYNC, demo.haugen(), demo.lien(), Reason.NO_ANSWER)


class PaintCounter(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.painted = 0

    def paintEvent(self, event: object) -> None:
        self.painted += 1


@pytest.fixture
def frame(qtbot: QtBot, theme: Theme) -> PaneFrame:
    made = PaneFrame(theme, FOLLOWING)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    return made


@pytest.mark.parametrize(
    ("model", "words", "covered", "strip", "border"),
    [
        (FOLLOWING, "Notat, Fjordjournal AS, Haugen, Marit · 204, Følger", False, False, ("line", 1)),
        (CHANGING, "Notat, Fjordjournal AS, Ingen pasient ennå, Åpner", True, False, ("line", 1)),
        (SWITCHING, "Notat, Fjordjournal AS, Haugen, Marit · 204, Bytter", True, False, ("line", 1)),
        (PINNED, "Notat, Fjordjournal AS, Festet til Haugen, Marit · 204", False, True, ("patient-1-ink", 3)),
        (OUT, "Notat, Fjordjournal AS, Haugen, Marit · 204, Ute av takt", True, False, ("danger", 2)),
    ],
)
def test_every_state_is_seen(
    frame: PaneFrame,
    theme: Theme,
    model: PaneModel,
    words: str,
    covered: bool,
    strip: bool,
    border: tuple[str, int],
) -> None:
    frame.set_pane(model)
    assert frame.accessibleName() == words
    assert frame.curtain.isVisible() is covered
    assert frame.strip.isVisible() is strip
    token, width = border
    image = frame.grab().toImage()
    assert image.pixelColor(300, 0).name().upper() == theme.hex(token)
    assert frame.header.x() == width
    header = "patient-1" if model.state is State.PINNED else "surface-alt"
    assert image.pixelColor(width + 2, 20).name().upper() == theme.hex(header)


def test_the_curtain_hides_every_pixel_of_the_page(frame: PaneFrame, theme: Theme) -> None:
    page = QWidget(frame.holder)
    page.setStyleSheet("background: #FF00FF")
    frame.set_view(page)
    frame.set_pane(OUT)
    image = frame.grab().toImage()
    top = frame.body.y()
    colors = {image.pixelColor(x, y).name() for x in range(4, 596, 3) for y in range(top + 2, 395, 3)}
    assert "#ff00ff" not in colors


def test_the_page_below_the_curtain_is_shown_but_out_of_reach(frame: PaneFrame, qtbot: QtBot) -> None:
    page = PaintCounter(frame.holder)
    field = QLineEdit(page)
    frame.set_view(page)
    field.setFocus()
    assert field.hasFocus()
    frame.set_pane(OUT)
    assert page.isVisible()
    assert not page.isEnabled()
    assert not field.hasFocus()
    assert QApplication.focusWidget() is frame.curtain.sync
    body = QAccessible.queryAccessibleInterface(frame.body)
    heard = [body.child(number).object() for number in range(body.childCount())]
    assert frame.holder not in heard
    assert frame.curtain in heard
    frame.set_pane(FOLLOWING)
    assert page.isEnabled()
    body = QAccessible.queryAccessibleInterface(frame.body)
    assert frame.holder in [body.child(number).object() for number in range(body.childCount())]


def test_old_and_new_page_lie_under_the_same_curtain(frame: PaneFrame, qtbot: QtBot) -> None:
    old, new = PaintCounter(frame.holder), PaintCounter(frame.holder)
    frame.set_view(old)
    frame.set_pane(CHANGING)
    frame.set_view(new)
    assert old.isVisible()
    assert new.isVisible()
    assert frame.holder.current() is new
    old.hide()
    old.deleteLater()
    qtbot.wait(1)
    frame.set_pane(FOLLOWING)
    assert frame.holder.current() is new
    assert new.isEnabled()


def test_a_dropped_new_page_gives_the_old_one_back(frame: PaneFrame, qtbot: QtBot) -> None:
    old, new = PaintCounter(frame.holder), PaintCounter(frame.holder)
    frame.set_view(old)
    frame.set_pane(CHANGING)
    frame.set_view(new)
    new.deleteLater()
    qtbot.waitUntil(lambda: frame.holder.current() is old)
    frame.set_pane(FOLLOWING)
    assert old.isEnabled()


def test_the_bar_comes_only_when_it_takes_long(frame: PaneFrame, qtbot: QtBot) -> None:
    frame.set_pane(CHANGING)
    assert not frame.curtain.bar.isVisible()
    qtbot.waitUntil(lambda: frame.curtain.bar.isVisible(), timeout=BAR_AFTER_MS + 600)
    frame.set_pane(OUT)
    assert not frame.curtain.bar.isVisible()


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_names_app_and_vendor(frame: PaneFrame, reason: Reason) -> None:
    frame.set_pane(demo.pane("Notat", State.OUT_OF_SYNC, demo.haugen(), demo.lien(), reason))
    assert "Notat" in frame.curtain.title.text()
    assert "Fjordjournal AS" in frame.curtain.text.text()


def test_a_gateway_that_is_away_covers_a_following_pane(frame: PaneFrame) -> None:
    away = PaneModel(
        "Notat", FOLLOWING.app, State.FOLLOWING, FOLLOWING.effective, FOLLOWING.current, suspended=True
    )
    frame.set_pane(away)
    assert frame.curtain.isVisible()
    assert not frame.curtain.sync.isVisible()


def test_the_buttons_of_the_curtain_and_the_strip(frame: PaneFrame, qtbot: QtBot) -> None:
    frame.set_pane(OUT)
    with qtbot.waitSignal(frame.sync_asked) as asked:
        qtbot.keyClick(frame.curtain.sync, Qt.Key.Key_Return)
    assert asked.args == ["Notat"]
    with qtbot.waitSignal(frame.close_asked):
        qtbot.mouseClick(frame.curtain.close_app, Qt.MouseButton.LeftButton)
    frame.set_pane(PINNED)
    assert frame.strip.accessibleName() == "Dette er Haugen, Marit · rom 204, ikke pasienten øverst"
    with qtbot.waitSignal(frame.release_asked):
        qtbot.mouseClick(frame.strip.release, Qt.MouseButton.LeftButton)


def test_pinned_to_the_patient_of_the_banner_makes_no_false_warning(frame: PaneFrame) -> None:
    frame.set_pane(demo.pane("Notat", State.PINNED, demo.haugen()))
    assert frame.strip.isVisible()
    assert (
        frame.strip.accessibleName()
        == "Dette er Haugen, Marit · rom 204, og blir stående når du bytter pasient"
    )


def test_a_change_of_state_is_told_once(frame: PaneFrame) -> None:
    told: list[str] = []
    frame.state_told.connect(told.append)
    frame.set_pane(FOLLOWING)
    frame.set_pane(OUT)
    frame.set_pane(OUT)
    assert told == ["Notat, Fjordjournal AS, Haugen, Marit · 204, Ute av takt"]


def test_a_question_is_answered_once(frame: PaneFrame, qtbot: QtBot) -> None:
    answers: list[tuple[str, str, bool]] = []
    frame.answered.connect(lambda pane, key, allowed: answers.append((pane, key, allowed)))
    frame.ask(PermissionModel("q", "Notat", "Notat vil åpne kameraet", "", "Tillat", "Nei"))
    assert frame.question.isVisible()
    qtbot.mouseClick(frame.question.allow, Qt.MouseButton.LeftButton)
    frame.question.allow.click()
    assert answers == [("Notat", "q", True)]
    assert not frame.question.isVisible()


# the area


@pytest.fixture
def area(qtbot: QtBot, theme: Theme) -> PaneArea:
    made = PaneArea(theme)
    qtbot.addWidget(made)
    made.resize(1278, 624)
    made.show()
    return made


def add(area: PaneArea, *names: str) -> None:
    for name in names:
        frame = area.add_pane(demo.pane(name, State.FOLLOWING, demo.haugen()))
        frame.set_view(QLabel(name, frame.holder))


def test_panes_fill_columns_and_then_become_tabs(area: PaneArea) -> None:
    add(area, "Målinger", "Legemidler", "Notat", "Tiltak")
    assert area.visible_panes() == ("Målinger", "Legemidler", "Tiltak")
    assert area.pane("Målinger").width() == 715
    assert area.pane("Notat").geometry() == area.pane("Tiltak").geometry()
    assert [tab.text() for tab in area.pane("Tiltak").header.tabs()] == ["Notat", "Tiltak"]


def test_a_pane_behind_its_tab_stays_shown_but_out_of_reach(area: PaneArea, qtbot: QtBot) -> None:
    add(area, "Målinger", "Legemidler", "Notat", "Tiltak")
    notat = area.pane("Notat")
    assert notat.isVisible()
    assert not notat.isEnabled()
    qtbot.mouseClick(area.pane("Tiltak").header.tabs()[0], Qt.MouseButton.LeftButton)
    assert area.visible_panes() == ("Målinger", "Legemidler", "Notat")
    assert notat.isEnabled()
    assert not area.pane("Tiltak").isEnabled()


def test_no_frame_changes_its_parent(area: PaneArea) -> None:
    add(area, "Målinger", "Legemidler", "Notat", "Tiltak")
    frame = area.pane("Tiltak")
    area.resize(1832, 936)
    area.remove_pane("Målinger")
    area.resize(700, 624)
    assert frame.parentWidget() is area
    assert frame.isVisible()


def test_lines_snap(area: PaneArea) -> None:
    add(area, "Målinger", "Legemidler")
    width = area.width() - 16
    area.lines()[0].moved.emit(round(width / 2) + 16)
    assert area.layout_model.columns[0].share == pytest.approx(0.5)
    area.lines()[0].moved.emit(0)
    assert area.pane("Målinger").width() >= 415
