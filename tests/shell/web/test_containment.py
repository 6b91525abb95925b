"""A page that loops is found out by its silence, and the pages beside it do not feel it."""

from __future__ import annotations

import os
import signal

from PySide6.QtCore import QElapsedTimer
from pytestqt.qtbot import QtBot

from shell.web.pane_view import PaneView
from tests.shell.web.conftest import MakePane, Site
from tests.shell.web.test_page_policy import WAIT, show

SILENCE_MS = 5000
BEATS = "<p id=n>0</p><script>setInterval(() => n.textContent = +n.textContent + 1, 50)</script>"


def paints(qtbot: QtBot, pane: PaneView) -> None:
    with qtbot.waitSignal(pane.painted, timeout=WAIT):
        pane.watch_paint()


def test_a_page_that_loops_is_told_of_after_five_seconds_while_the_other_paints_on(
    qtbot: QtBot, make_pane: MakePane, site: Site, foreign: Site
) -> None:
    """Mutants: a slow page is given up after one ping; both panes in one renderer; the other is given up with it."""
    site.html("/", "loops soon")
    foreign.html("/", BEATS)
    looping, well = make_pane(site.origin()), make_pane(foreign.origin())
    show(qtbot, looping, site.origin() + "/")
    show(qtbot, well, foreign.origin() + "/")
    told: list[str] = []
    for name, pane in (("looping", looping), ("well", well)):
        pane.hung.connect(lambda name=name: told.append(name))
        pane.crashed.connect(lambda name=name: told.append(f"{name} crashed"))
    clock = QElapsedTimer()
    clock.start()
    looping.pane_page.runJavaScript("while (true) {}")
    meanwhile = 0
    while not told:
        paints(qtbot, well)
        meanwhile += 1
        qtbot.wait(100)
        assert clock.elapsed() < WAIT
    assert told == ["looping"]
    assert clock.elapsed() > SILENCE_MS - 1000
    assert meanwhile >= 5, "the page beside it painted all the time"
    os.kill(looping.pane_page.renderProcessPid(), signal.SIGKILL)
    qtbot.waitUntil(lambda: "looping crashed" in told, timeout=WAIT)
    paints(qtbot, well)
    assert told == ["looping", "looping crashed"]


def test_a_page_that_never_ends_its_dialogs_is_told_of_while_the_other_paints_on(
    qtbot: QtBot, make_pane: MakePane, site: Site, foreign: Site
) -> None:
    """Mutants: a dialog of Chromium's own stops every page; each of a thousand words becomes a note."""
    site.html("/", "asks soon")
    foreign.html("/", BEATS)
    asking, well = make_pane(site.origin()), make_pane(foreign.origin())
    show(qtbot, asking, site.origin() + "/")
    show(qtbot, well, foreign.origin() + "/")
    hung: list[str] = []
    said: list[str] = []
    asking.hung.connect(lambda: hung.append("asking"))
    well.hung.connect(lambda: hung.append("well"))
    asking.dialog.connect(said.append)
    clock = QElapsedTimer()
    clock.start()
    asking.pane_page.runJavaScript("while (true) { alert('again'); confirm('again'); }")
    while not hung:
        paints(qtbot, well)
        qtbot.wait(100)
        assert clock.elapsed() < WAIT
    assert hung == ["asking"]
    assert said == ["again"]
    os.kill(asking.pane_page.renderProcessPid(), signal.SIGKILL)
    paints(qtbot, well)
