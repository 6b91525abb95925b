"""A page that stands takes the desktop's size of text, colours and language without being loaded anew."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from pytestqt.qtbot import QtBot

from shell.web.chromium import choose_platform_theme
from shell.web.pane_view import PaneView
from tests.shell.web.conftest import MakePane, Site

WAIT = 15_000
PAGE = "<script>window.heard = 0; addEventListener('languagechange', () => heard++)</script>text"


def ask(qtbot: QtBot, pane: PaneView, script: str) -> Any:
    answers: list[Any] = []
    pane.pane_page.runJavaScript(script, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT)
    return answers[0]


def load(qtbot: QtBot, pane: PaneView, address: str) -> None:
    with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=WAIT):
        pane.open(address)


def test_size_of_text_is_there_from_the_first_document_and_on_every_host(
    qtbot: QtBot, make_pane: MakePane, site: Site
) -> None:
    site.html("/", PAGE)
    hosts = [site.origin("one.localhost"), site.origin("two.localhost")]
    pane = make_pane(*hosts)
    pane.take_look(1.5)
    for host in hosts:
        load(qtbot, pane, host + "/")
        assert ask(qtbot, pane, "devicePixelRatio") == 1.5
    pane.take_look(1.25)
    qtbot.waitUntil(lambda: ask(qtbot, pane, "devicePixelRatio") == 1.25, timeout=WAIT)


def test_a_page_that_could_be_touched_meanwhile_is_not_the_same_as_before(
    make_pane: MakePane, site: Site
) -> None:
    """Mutants: a page within reach counts as out of it; out of reach, within it and out again counts as never touched."""
    pane = make_pane(site.origin())
    holder = pane.parentWidget()
    assert holder is not None
    assert pane.out_of_reach is None
    holder.setEnabled(False)
    before = pane.out_of_reach
    assert before is not None and pane.out_of_reach == before
    holder.setEnabled(True)
    assert pane.out_of_reach is None
    holder.setEnabled(False)
    assert pane.out_of_reach not in (None, before)


def test_the_language_changes_while_the_page_stands(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", PAGE)
    pane = make_pane(site.origin())
    load(qtbot, pane, site.origin() + "/")
    assert ask(qtbot, pane, "navigator.language") == "nb-NO"
    pane.take_language("en")
    qtbot.waitUntil(lambda: ask(qtbot, pane, "`${navigator.language} ${heard}`") == "en 1", timeout=WAIT)


def test_light_and_dark_change_while_the_page_stands() -> None:
    """In a process of its own: the platform's theme is chosen before the application is made."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_QPA_PLATFORMTHEME": "gnome"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.shell.web.changing_colours"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["light", "dark", "light", "dark"], done.stderr


def test_a_platform_theme_that_can_switch_is_chosen_where_a_session_bus_is() -> None:
    with_bus = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    choose_platform_theme(with_bus, "linux")
    assert with_bus["QT_QPA_PLATFORMTHEME"] == "gnome"
    chosen = {**with_bus, "QT_QPA_PLATFORMTHEME": "kde"}
    choose_platform_theme(chosen, "linux")
    assert chosen["QT_QPA_PLATFORMTHEME"] == "kde"
    without: dict[str, str] = {}
    choose_platform_theme(without, "linux")
    choose_platform_theme(windows := {"DBUS_SESSION_BUS_ADDRESS": "x"}, "win32")
    assert without == {} and "QT_QPA_PLATFORMTHEME" not in windows
