"""Another start of the same user in the same session: the window that is there comes to the front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from shell.bridge.loop_thread import LoopThread
from shell.composition.desktop_door import DesktopDoor


def attend(door: DesktopDoor, window: QWidget, threads: LoopThread) -> None:
    """From now on ``window`` is what the next start gets."""

    def shown(told: Callable[[], None]) -> None:
        come_forward(window)
        told()

    door.attend(lambda told: threads.post(lambda: shown(told)))


def come_forward(window: QWidget) -> None:
    """Not minimised, above the others, with the keyboard as far as the system allows; what it shows stays as it is."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
