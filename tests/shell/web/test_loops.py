"""A page that asks for the same over and over: the user is told once, the pane lives, and the desktop does not feel it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from shell.actions.page_policy import Kind
from shell.web.pane_view import PaneView
from shell.web.told_once import HUSH_SECONDS, QUIET_SECONDS, ToldOnce
from tests.shell.web.conftest import MakePane, Site
from tests.shell.web.test_page_policy import WAIT, button, click, show

EACH_MS = 15
BEATS = 100
"""More than a second of them: what is told every second is told twice."""
LONGEST_PAUSE = 1.0
"""Seconds in which the desktop's own thread may be kept from its work, on a loaded machine."""

LOOPS = {
    "print": ("window.print()", Kind.PRINT),
    "download": ("location.href = '/list.csv'", Kind.DOWNLOAD),
    "download of a link": (
        "(() => {const a = document.createElement('a'); a.href = '/list.csv'; a.download = 'x'; a.click()})()",
        Kind.DOWNLOAD,
    ),
    "place": ("navigator.geolocation.getCurrentPosition(() => 0)", Kind.OTHER_PERMISSION),
    "popup": ("window.open('/other')", Kind.NEW_WINDOW),
    "popup without an address": ("window.open()", Kind.NEW_WINDOW),
    "full screen": ("document.body.requestFullscreen().catch(() => 0)", None),
    "pointer lock": ("document.body.requestPointerLock()?.catch?.(() => 0)", None),
    "notification": ("Notification.requestPermission()", Kind.NOTIFICATION),
    "alert": ("alert('Husk')", Kind.SCRIPT_DIALOG),
    "confirm": ("confirm('Husk')", Kind.SCRIPT_DIALOG),
    "prompt": ("prompt('Husk')", Kind.SCRIPT_DIALOG),
    "history": ("for (let i = 0; i < 50; i++) history.pushState({}, '', '?' + (window.many++))", None),
    "navigation outside": ("location.href = 'http://elsewhere.localhost:9/'", Kind.NAVIGATION_OUTSIDE),
    "file dialog": ("document.getElementById('f').click()", Kind.UPLOAD),
}


class Pulse:
    """The longest pause between two turns of the desktop's own thread."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.monotonic()
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.monotonic()
        self.longest, self._last = max(self.longest, now - self._last), now


def looping(site: Site, loop: str, pane: PaneView, qtbot: QtBot) -> None:
    """Load a page that does it again and again from its user's first click on."""
    again = f"window.many ??= 0; setInterval(() => {{ beats++; {loop} }}, {EACH_MS})"
    site.pages["/list.csv"] = ("application/octet-stream", b"name;room")
    site.html("/", '<input type="file" id="f" hidden><script>var beats = 0</script>' + button(again))
    show(qtbot, pane, site.origin() + "/")
    click(qtbot, pane)


ALL = "; ".join(script for script, _ in LOOPS.values())
SURELY_SAID = {Kind.PRINT.value, Kind.DOWNLOAD.value, Kind.SCRIPT_DIALOG.value, Kind.NEW_WINDOW.value}


def test_a_page_that_does_everything_at_once_is_told_of_once_for_each(
    qtbot: QtBot, make_pane: MakePane, site: Site, downloads: Path
) -> None:
    """Mutants as below."""
    said = survived(qtbot, make_pane, site, downloads, f"window.open('/other'); {ALL}")
    assert set(said) >= SURELY_SAID
    assert len(said) == len(set(said))


@pytest.mark.long
@pytest.mark.parametrize("name", LOOPS)
def test_a_page_that_repeats_itself_is_told_of_once(
    qtbot: QtBot, make_pane: MakePane, site: Site, downloads: Path, name: str
) -> None:
    """Mutants: each one is told; the page is left without an answer and hangs; what it opens stands somewhere."""
    script, kind = LOOPS[name]
    assert survived(qtbot, make_pane, site, downloads, script) == ([kind.value] if kind is not None else [])


def survived(qtbot: QtBot, make_pane: MakePane, site: Site, downloads: Path, script: str) -> list[str]:
    """What was said of a page that did it a hundred times, and is still there, as the desktop is."""
    pane = make_pane(site.origin())
    said: list[str] = []
    broken: list[str] = []
    pane.refused.connect(lambda what, _: said.append(what))
    pane.dialog.connect(lambda _: said.append(Kind.SCRIPT_DIALOG.value))
    pane.hung.connect(lambda: broken.append("hung"))
    pane.crashed.connect(lambda: broken.append("crashed"))
    looping(site, script, pane, qtbot)
    pulse = Pulse()
    beats: list[float] = []

    def turned() -> bool:
        pane.pane_page.runJavaScript("beats", 0, lambda count: beats.append(count or 0))
        return bool(beats) and beats[-1] >= BEATS

    qtbot.waitUntil(turned, timeout=WAIT)
    assert broken == [] and pulse.longest < LONGEST_PAUSE
    assert "/other" not in [path for _, path in site.requests]
    assert list(downloads.rglob("*list*")) == []
    left: list[bool] = []
    state = "document.fullscreenElement === null && document.pointerLockElement === null"
    pane.pane_page.runJavaScript(state, 0, left.append)
    qtbot.waitUntil(lambda: left == [True], timeout=WAIT)
    return said


def test_the_same_again_is_news_after_a_quiet_while_and_other_words_ever_more_rarely() -> None:
    """Mutants: quiet is counted from what was told, so a loop is told of every three seconds; other words without end."""
    now = 0.0
    told = ToldOnce(lambda: now)
    heard = []
    for step in range(1000):
        now = step / 10
        heard.append(
            (told.is_news("print"), told.is_news("dialog", f"number {step}"), told.is_news("dialog2"))
        )
    assert [sum(column) for column in zip(*heard, strict=True)] == [1, 7, 1]
    now += QUIET_SECONDS - 0.1
    assert not told.is_news("print")
    now += QUIET_SECONDS
    assert told.is_news("print")
    now += HUSH_SECONDS
    assert told.is_news("print", "of another page") and not told.is_news("print", "of another page")
