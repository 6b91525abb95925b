"""Locks when nobody has used the window for as long as the organisation allows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QCursor, QGuiApplication, QWindow

LOOK_MS = 1000
USES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletMove,
        QEvent.Type.InputMethod,
    }
)


class IdleLock(QObject):
    """Calls ``lock`` once, ``minutes`` after the last use of the window that has the keyboard, or of the mouse anywhere.

    Events are seen as they reach the operating system's window, before Qt hands them on: one call for each, and of a
    pane's page too. ``monotonic`` gives seconds.
    """

    def __init__(
        self, minutes: int, lock: Callable[[], None], monotonic: Callable[[], float], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._seconds = minutes * 60.0
        self._lock = lock
        self._monotonic = monotonic
        self._last_use = monotonic()
        self._cursor = QCursor.pos()
        self._watched: QWindow | None = None
        self._told = False
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._watch)
        self._watch(QGuiApplication.focusWindow())
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Lock if it is time."""
        cursor = QCursor.pos()
        if cursor != self._cursor:
            self._cursor = cursor
            self._note_use()
        if not self._told and self._monotonic() - self._last_use >= self._seconds:
            self._told = True
            self._lock()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes note of what a person does; keeps nothing from anybody."""
        if event.type() in USES:
            self._note_use()
        return False

    def _note_use(self) -> None:
        self._last_use = self._monotonic()
        self._told = False

    def _watch(self, window: QWindow | None) -> None:
        if window is None or window is self._watched:
            return
        window.installEventFilter(self)  # a window that is watched already is watched once
        self._watched = window
