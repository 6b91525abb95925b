"""Another start of the same user in the same session: the window that is there comes to the front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from shell.bridge.loop_thread import LoopThread
from shell.composition.desktop_door import DesktopDoor
from shell.composition.open_wish import OpenWish


def attend(
    door: DesktopDoor,
    window: QWidget,
    threads: LoopThread,
    take: Callable[[OpenWish], None] = lambda _: None,
) -> None:
    """From now on ``window`` is what the next start gets, and ``take`` what it wishes, on the GUI thread."""

    def shown(told: Callable[[], None]) -> None:
        come_forward(window)
        told()

    threads.loop.call_soon_threadsafe(
        door.attend,
        lambda told: threads.post(lambda: shown(told)),
        lambda wish: threads.post(lambda: take(wish)),
    )


def come_forward(window: QWidget) -> None:
    """Not minimised, above the others, with the keyboard as far as the system allows; what it shows stays as it is."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
