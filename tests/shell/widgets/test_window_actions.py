"""What the palette offers follows what is in front, and does the same as the keys that it shows."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from shell.theme.theme import Theme
from shell.translations import Translations
from shell.windows.gallery import Gallery
from shell.windows.main_window import MainWindow
from shell.windows.shortcuts import SHORTCUTS


def names(window: MainWindow) -> list[str]:
    return [entry.name for entry in window.actions_now.entries()]


@pytest.fixture
def desk(gallery: Gallery, window: MainWindow) -> MainWindow:
    gallery.pinned()
    window.area("one").focus_pane("Målinger")
    return window


def test_a_following_pane_is_pinned_a_pinned_one_is_released(desk: MainWindow, qtbot: QtBot) -> None:
    texts = {entry.name: entry.text for entry in desk.actions_now.entries()}
    assert texts["pin"] == "Fest Målinger til Haugan, Marit"
    assert texts["sync"] == "Synkroniser Målinger"
    assert texts["close-pane"] == "Lukk Målinger"
    with qtbot.waitSignal(desk.pane_pin_asked, timeout=500) as heard:
        assert desk.actions_now.run("pin")
    assert heard.args == ["Målinger"]
    desk.area("one").focus_pane("Notat")
    texts = {entry.name: entry.text for entry in desk.actions_now.entries()}
    assert texts["pin"] == "Slipp Notat" and "sync" not in texts
    with qtbot.waitSignal(desk.pane_release_asked, timeout=500) as heard:
        assert desk.actions_now.run("pin")
    assert heard.args == ["Notat"]


@pytest.mark.parametrize(
    ("name", "signal", "arguments"),
    [
        ("sync", "pane_sync_asked", ["Målinger"]),
        ("close-pane", "pane_close_asked", ["Målinger"]),
        ("close-patient", "tab_closed", ["211"]),
        ("next-patient", "tab_chosen", ["204"]),
        ("home", "home_asked", []),
        ("lock", "lock_asked", []),
        ("log-out", "log_out_asked", []),
        ("about", "about_asked", []),
        ("theme-dark", "theme_chosen", ["dark"]),
        ("language-en", "language_chosen", ["en"]),
        ("text-150", "text_size_chosen", [150]),
    ],
)
def test_an_action_does_what_it_says(
    desk: MainWindow, qtbot: QtBot, name: str, signal: str, arguments: list[object]
) -> None:
    with qtbot.waitSignal(getattr(desk, signal), timeout=500) as heard:
        assert desk.actions_now.run(name)
    assert heard.args == arguments


def test_the_start_list_has_its_own(gallery: Gallery, window: MainWindow, qtbot: QtBot) -> None:
    gallery.ward()
    offered = names(window)
    assert {"reload", "filter", "lock", "help"} <= set(offered)
    assert not {"pin", "sync", "close-pane", "close-patient", "home", "next-patient"} & set(offered)
    assert not window.actions_now.run("pin")
    with qtbot.waitSignal(window.list_reload_asked, timeout=500):
        window.actions_now.run("reload")


def test_what_is_chosen_already_is_not_offered(
    desk: MainWindow, theme: Theme, translations: Translations
) -> None:
    theme.choose("dark")
    theme.set_text_size(150)
    translations.choose("en")
    offered = names(desk)
    assert "theme-dark" not in offered and "theme-light" in offered
    assert "text-150" not in offered and "text-100" in offered
    assert "language-en" not in offered and "language-nb" in offered
    assert len(offered) == len(set(offered))


def test_each_action_with_a_key_shows_it(desk: MainWindow) -> None:
    caps = {row.name: row.caps for row in SHORTCUTS}
    shown = {entry.name: entry.keys for entry in desk.actions_now.entries()}
    assert shown["close-patient"] == ("Ctrl", "Shift", "W")
    for name, keys in shown.items():
        assert keys == caps.get(name, ())


def test_help_opens_from_the_palette(desk: MainWindow) -> None:
    desk.open_palette(">")
    desk.palette_view.chosen.emit("action:help", False)
    desk.actions_now.run("help")
    assert desk.overlay.dialog is desk.keys_help
