"""The window comes to the front for the next start; what it shows stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from shell.bridge.loop_thread import LoopThread
from shell.bridge.second_start import attend
from shell.composition.desktop_door import DesktopDoor, Show
from shell.composition.session_place import SessionPlace
from shell.windows.main_window import MainWindow


def test_a_minimised_window_comes_back_and_then_the_answer_goes_out(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    """Mutants: the answer comes before the window; the call is made on the loop's thread."""
    threads = LoopThread(window)
    door = DesktopDoor(SessionPlace(tmp_path, "d"))
    page = window.page
    window.showMinimized()
    attend(door, window, threads)
    qtbot.waitUntil(lambda: door._show is not None, timeout=5000)
    show: Show | None = door._show
    assert show is not None
    told: list[bool] = []
    answer: Callable[[], None] = lambda: told.append(window.isMinimized())  # noqa: E731
    threads.loop.call_soon_threadsafe(show, answer)
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert (told, window.isVisible(), window.page) == ([False], True, page)
    door.close()
    threads.stop()
