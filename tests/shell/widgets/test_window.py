"""Keys, regions, question, lock, messages of the main window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from shell.presenters.view_models import LockModel, StripModel, ToastModel, UnsavedModel
from shell.windows import gallery_models as demo
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow
from shell.windows.shortcuts import SHORTCUTS
from shell.windows.shortcuts_help import ROWS

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(gallery: Gallery, window: MainWindow) -> MainWindow:
    gallery.pinned()
    window.area("one").focus_pane("Målinger")
    return window


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


@pytest.mark.parametrize(
    ("key", "modifiers", "signal", "arguments"),
    [
        (Qt.Key.Key_L, CTRL, "lock_asked", []),
        (Qt.Key.Key_Home, ALT, "home_asked", []),
        (Qt.Key.Key_Tab, CTRL, "tab_chosen", ["204"]),
        (Qt.Key.Key_2, ALT, "app_asked", ["Legemidler"]),
        (Qt.Key.Key_P, ALT, "pane_pin_asked", ["Målinger"]),
        (Qt.Key.Key_S, ALT, "pane_sync_asked", ["Målinger"]),
        (Qt.Key.Key_W, CTRL, "pane_close_asked", ["Målinger"]),
        (Qt.Key.Key_W, CTRL | SHIFT, "tab_closed", ["211"]),
    ],
)
def test_keys(
    desk: MainWindow,
    qtbot: QtBot,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier,
    signal: str,
    arguments: list[str],
) -> None:
    desk.desk.banner.setFocus()
    with qtbot.waitSignal(getattr(desk, signal), timeout=500) as heard:
        qtbot.keyClick(desk.desk.banner, key, modifiers)
    assert heard.args == arguments


def test_alt_p_releases_a_pinned_pane(desk: MainWindow, qtbot: QtBot) -> None:
    desk.area("one").focus_pane("Notat")
    with qtbot.waitSignal(desk.pane_release_asked) as heard:
        qtbot.keyClick(focused(), Qt.Key.Key_P, ALT)
    assert heard.args == ["Notat"]


def test_f6_goes_round_and_back(desk: MainWindow, qtbot: QtBot) -> None:
    area = desk.area("one")
    desk.desk.rail.focus_first()
    seen = []
    for _ in range(6):
        qtbot.keyClick(focused(), Qt.Key.Key_F6)
        widget = focused()
        regions = (
            desk.desk.top,
            desk.desk.banner,
            *(area.pane(key) for key in area.visible_panes()),
            desk.desk.rail,
        )
        seen.append(
            next(
                number
                for number, region in enumerate(regions)
                if region is widget or region.isAncestorOf(widget)
            )
        )
    assert seen == [0, 1, 2, 3, 4, 5]
    qtbot.keyClick(focused(), Qt.Key.Key_F6, SHIFT)
    assert area.pane_with(focused()) == area.visible_panes()[-1]


def test_a_text_field_of_a_page_does_not_keep_our_keys(desk: MainWindow, qtbot: QtBot) -> None:
    """Ctrl K deletes to the end of the line in a text field on some platforms; the palette comes first."""
    frame = desk.area("one").pane("Målinger")
    field = QLineEdit("tekst", frame.holder)
    frame.set_view(field)
    field.setFocus()
    field.setCursorPosition(0)
    qtbot.keyClick(field, Qt.Key.Key_K, CTRL)
    assert desk.palette_view.isVisible()
    assert field.text() == "tekst"


def test_f1_shows_every_key_and_escape_leaves(desk: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(focused(), Qt.Key.Key_F1)
    assert desk.keys_help.isVisible()
    qtbot.keyClick(focused(), Qt.Key.Key_Escape)
    assert not desk.keys_help.isVisible()
    shown = {name for name, _ in ROWS}
    grouped = {
        "previous-in-place": "next-in-place",
        **dict.fromkeys(("zoom-in", "zoom-out", "zoom-reset"), "zoom"),
    }
    for row in SHORTCUTS:
        name = "apps" if row.name.startswith("app-") else grouped.get(row.name, row.name)
        assert name in shown


def test_no_key_is_ctrl_alt_and_none_is_there_twice() -> None:
    keys = [key for row in SHORTCUTS for key in row.keys]
    assert len(keys) == len(set(keys))
    assert not [key for key in keys if "Ctrl" in key and "Alt" in key]


# the question


def ask(window: MainWindow) -> list[str]:
    answers: list[str] = []
    window.question_answered.connect(answers.append)
    window.ask_unsaved(UnsavedModel(demo.APPS["Notat"], demo.haugen(), demo.lien(), demo.at("03:04")))
    return answers


@pytest.mark.parametrize(
    ("key", "modifiers", "answer"),
    [
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "stay"),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "stay"),
        (Qt.Key.Key_P, ALT, "pin"),
    ],
)
def test_the_question_by_keyboard(
    desk: MainWindow, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier, answer: str
) -> None:
    before = focused()
    answers = ask(desk)
    qtbot.keyClick(focused(), key, modifiers)
    assert answers == [answer]
    assert not desk.question.isVisible()
    assert focused() is before


def test_losing_work_needs_two_tabs(desk: MainWindow, qtbot: QtBot) -> None:
    answers = ask(desk)
    qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    assert focused() is desk.question.pin
    qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    assert focused() is desk.question.go
    qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    assert focused() is desk.question.stay
    qtbot.keyClick(focused(), Qt.Key.Key_Backtab)
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    assert answers == ["go"]


def test_nothing_else_happens_while_the_question_stands(desk: MainWindow, qtbot: QtBot) -> None:
    answers = ask(desk)
    heard: list[str] = []
    desk.tab_chosen.connect(heard.append)
    desk.app_asked.connect(heard.append)
    qtbot.keyClick(focused(), Qt.Key.Key_K, CTRL)
    qtbot.keyClick(focused(), Qt.Key.Key_Tab, CTRL)
    qtbot.keyClick(focused(), Qt.Key.Key_1, ALT)
    qtbot.mouseClick(desk.overlay.scrims[1], Qt.MouseButton.LeftButton)
    assert heard == []
    assert answers == []
    assert desk.question.isVisible()
    assert not desk.palette_view.isVisible()


@pytest.mark.parametrize("opened", ["question", "palette", "keys"])
def test_what_lies_below_a_dialog_is_out_of_reach(desk: MainWindow, opened: str) -> None:
    """Not by keyboard, pointer or screen reader; the panes stay shown, for a hidden page would not paint."""
    pane = desk.area("one").pane("Målinger")
    {"question": lambda: ask(desk), "palette": desk.open_palette, "keys": desk.show_keys}[opened]()
    for below in (desk.desk.body, desk.desk.rail):
        assert not below.isEnabled()
        assert below.isVisible()
    assert not pane.isAncestorOf(QApplication.focusWidget() or desk)
    desk.area("one").focus_pane("Målinger")
    assert not pane.isAncestorOf(QApplication.focusWidget() or desk)
    reader = QAccessible.queryAccessibleInterface(desk.desk)
    heard = [reader.child(number).object() for number in range(reader.childCount())]
    assert desk.desk.body not in heard and desk.desk.rail not in heard
    desk.end_question()
    desk.close_palette()
    desk.overlay.close(desk.keys_help)
    assert desk.desk.body.isEnabled() and desk.desk.rail.isEnabled()
    assert pane.isAncestorOf(focused())


def test_the_top_strip_waits_for_the_answer(desk: MainWindow, qtbot: QtBot) -> None:
    asked: list[object] = []
    top = desk.desk.top
    for signal in (desk.home_asked, desk.tab_chosen, desk.tab_closed, desk.lock_asked):
        signal.connect(lambda *arguments: asked.append(arguments))
    ask(desk)
    for target in (top.home, top.tabs()[0], top.tabs()[0].close_button, top.user, desk.desk.banner.more):
        qtbot.mouseClick(target, Qt.MouseButton.LeftButton)
    assert asked == []
    assert QApplication.activePopupWidget() is None
    assert desk.question.isVisible()
    qtbot.mouseClick(top.lock, Qt.MouseButton.LeftButton)
    assert len(asked) == 1


def test_a_click_in_the_top_strip_ends_the_palette(desk: MainWindow, qtbot: QtBot) -> None:
    desk.open_palette()
    with qtbot.waitSignal(desk.tab_chosen, timeout=500) as heard:
        qtbot.mouseClick(desk.desk.top.tabs()[0], Qt.MouseButton.LeftButton)
    assert heard.args == ["204"]
    assert desk.overlay.dialog is None


def test_the_question_names_app_time_and_both_people(desk: MainWindow) -> None:
    ask(desk)
    question = desk.question
    assert question.title.text() == "Notat er ikke lagret"
    assert "03:04" in question.text.text()
    assert question.source.accessibleName() == "Utkastet gjelder Haugen, Marit"
    assert question.target.accessibleName() == "Bytter til Lien, Torbjørn"


# lock, sign-in, messages


def test_lock_covers_everything_and_no_key_reaches_the_desk(desk: MainWindow, qtbot: QtBot) -> None:
    desk.open_palette()
    desk.show_lock(LockModel(demo.SIRI, demo.at("03:21"), "Vestfløyen"))
    assert not desk.desk.isVisible()
    words = " ".join(
        str(child.property("text") or "") + child.accessibleName()
        for child in desk.lock.findChildren(QWidget)
        if child.isVisible()
    )
    for hidden in ("Haug", "204", "211", "Notat", "Målinger"):
        assert hidden not in words
    heard: list[str] = []
    desk.tab_chosen.connect(heard.append)
    qtbot.keyClick(focused(), Qt.Key.Key_K, CTRL)
    qtbot.keyClick(focused(), Qt.Key.Key_Tab, CTRL)
    assert heard == []
    assert not desk.palette_view.isVisible()
    with qtbot.waitSignal(desk.unlock_asked):
        qtbot.keyClick(focused(), Qt.Key.Key_Return)
    desk.hide_lock()
    assert desk.desk.isVisible()


def test_the_login_page_lies_in_its_slot(window: MainWindow, qtbot: QtBot) -> None:
    window.show_sign_in()
    first, second = QWidget(window), QWidget(window)
    window.sign_in.set_view(first)
    assert first.isVisible()
    window.sign_in.set_view(second)
    assert not first.isVisible()
    assert window.sign_in.slot.view is second
    second.deleteLater()
    qtbot.waitUntil(lambda: window.sign_in.slot.view is None)
    assert window.sign_in.slot.message.isVisible()


def test_done_messages_go_and_those_to_act_on_stay(
    window: MainWindow, gallery: Gallery, qtbot: QtBot
) -> None:
    gallery.ward()
    toasts = window.desk.toasts
    window.toast(ToastModel("1", "done", "Lagret"))
    window.toast(ToastModel("2", "error", "Notat har stoppet", "", "Start igjen"))
    assert [toast._timer.isActive() for toast in toasts.toasts()] == [True, False]
    toasts.toasts()[0]._timer.timeout.emit()
    assert [toast.model.key for toast in toasts.toasts()] == ["2"]
    with qtbot.waitSignal(window.toast_acted) as heard:
        qtbot.mouseClick(toasts.toasts()[0].action, Qt.MouseButton.LeftButton)
    assert heard.args == ["2"]
    assert not toasts.isVisible()


def test_a_change_of_patient_a_message_and_a_strip_are_told(window: MainWindow, gallery: Gallery) -> None:
    gallery.ward()
    told: list[tuple[str, bool]] = []
    window.announcer.announced.connect(lambda text, urgent: told.append((text, urgent)))
    window.set_banner(demo.haugen_banner())
    window.set_banner(demo.haugen_banner())
    window.toast(ToastModel("1", "done", "Lagret", "Haugen, Marit"))
    window.set_strip(StripModel("offline", demo.at("03:18"), demo.at("03:17"), 5))
    window.set_strip(StripModel("offline", demo.at("03:18"), demo.at("03:17"), 4))
    assert len(told) == 3
    assert "CAVE Penicillin" in told[0][0]
    assert told[0][1] is True
    assert told[1] == ("Lagret. Haugen, Marit", False)
    assert told[2][0] == "Uten nett siden 03:18. Lista er fra 03:17. Det du har lagret, er trygt."


def test_the_start_list_lies_above_the_panes_which_go_on_painting(desk: MainWindow) -> None:
    frame = desk.area("one").pane("Målinger")
    desk.show_start_list()
    assert frame.isVisible()
    assert not frame.isEnabled()
    assert desk.desk.start.ward.view.hasFocus()
    desk.show_workspace()
    assert frame.isEnabled()


def test_the_area_in_front_alone_can_be_used(desk: MainWindow) -> None:
    other = desk.add_area("two")
    pane = other.add_pane(demo.pane("Sår", desk.area("one").pane("Målinger").model.state, demo.lien()))
    assert pane.isVisible()
    assert not pane.isEnabled()
    desk.show_area("two")
    assert pane.isEnabled()
    assert not desk.area("one").isEnabled()
    desk.remove_area("two")
    desk.show_area("one")
    assert desk.area("one").isEnabled()


def test_a_page_has_no_ring_around_it(desk: MainWindow) -> None:
    """A web view gives the keyboard to a child of its own, which knows nothing of rings."""
    frame = desk.area("one").pane("Målinger")
    page = QWidget(frame.holder)
    child = QLineEdit(page)
    frame.set_view(page)
    child.setFocus()
    assert not desk.ring.isVisible()
    desk.desk.top.lock.setFocus()
    assert desk.ring.isVisible()
    assert desk.ring.target is desk.desk.top.lock


def test_a_login_that_came_to_nothing_leaves_a_way_to_unlock(desk: MainWindow, qtbot: QtBot) -> None:
    desk.show_lock(LockModel(demo.SIRI, demo.at("03:21"), "Vestfløyen"))
    page = QWidget()
    desk.lock.set_view(page)
    assert not desk.lock.unlock.isVisible()
    page.deleteLater()
    qtbot.waitUntil(desk.lock.unlock.isVisible)
    assert desk.lock.unlock.hasFocus()


def test_the_overview_of_keys_is_not_cut_with_large_text(desk: MainWindow) -> None:
    desk.resize(1366, 697)
    desk.theme.set_text_size(150)
    QApplication.processEvents()
    desk.show_keys()
    QApplication.processEvents()
    close = desk.keys_help.close_button
    assert close.mapTo(desk.keys_help, close.rect().topRight()).x() < desk.keys_help.width()
    desk.theme.set_text_size(100)
