"""Every key of the desktop in one table; never Ctrl Alt, which is AltGr on a Norwegian keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

Where = Literal["always", "desk"]
CONTEXTS: dict[Where, Qt.ShortcutContext] = {
    "desk": Qt.ShortcutContext.WindowShortcut,
    "always": Qt.ShortcutContext.ApplicationShortcut,
}
"""What counts always counts over an open menu too, which is a window of its own."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """``keys`` as Qt writes them; ``caps`` as they are drawn. ``desk`` rows do nothing behind lock and sign-in."""

    name: str
    keys: tuple[str, ...]
    caps: tuple[str, ...]
    where: Where = "desk"


SHORTCUTS = (
    Shortcut("palette", ("Ctrl+K",), ("Ctrl", "K")),
    Shortcut("lock", ("Ctrl+L",), ("Ctrl", "L")),
    Shortcut("privacy", ("F12",), ("F12",), "always"),
    Shortcut("home", ("Alt+Home",), ("Alt", "Home")),
    Shortcut("filter", ("Ctrl+F",), ("Ctrl", "F")),
    Shortcut("next-patient", ("Ctrl+Tab",), ("Ctrl", "Tab")),
    Shortcut("previous-patient", ("Ctrl+Shift+Tab", "Ctrl+Shift+Backtab"), ("Ctrl", "Shift", "Tab")),
    Shortcut("next-region", ("F6",), ("F6",)),
    Shortcut("previous-region", ("Shift+F6",), ("Shift", "F6")),
    *(Shortcut(f"app-{number}", (f"Alt+{number}",), ("Alt", str(number))) for number in range(1, 10)),
    Shortcut("pin", ("Alt+P",), ("Alt", "P")),
    Shortcut("sync", ("Alt+S",), ("Alt", "S")),
    Shortcut("close-pane", ("Ctrl+W",), ("Ctrl", "W")),
    Shortcut("close-patient", ("Ctrl+Shift+W",), ("Ctrl", "Shift", "W")),
    Shortcut("previous-in-place", ("Ctrl+PgUp",), ("Ctrl", "PgUp")),
    Shortcut("next-in-place", ("Ctrl+PgDown",), ("Ctrl", "PgDn")),
    Shortcut("zoom-in", ("Ctrl++", "Ctrl+="), ("Ctrl", "+")),
    Shortcut("zoom-out", ("Ctrl+-",), ("Ctrl", "−")),
    Shortcut("zoom-reset", ("Ctrl+0",), ("Ctrl", "0")),
    Shortcut("help", ("F1", "?"), ("F1", "?")),
)


class ShortcutMap(QObject):
    """One QAction per row on the window. ``triggered(name)``.

    A web page would keep keys such as Ctrl K for its text fields; the map looks at the keys of whichever widget has the
    keyboard before the widget does, and only at those of the table that carry a modifier or are function keys.
    """

    triggered = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._watched: QWidget | None = None
        self.actions: dict[str, QAction] = {}
        for row in SHORTCUTS:
            action = QAction(window)
            action.setShortcuts([QKeySequence(keys) for keys in row.keys])
            action.setShortcutContext(CONTEXTS[row.where])
            action.setAutoRepeat(row.name in ("next-region", "previous-region"))
            action.triggered.connect(lambda _checked=False, name=row.name: self.triggered.emit(name))
            window.addAction(action)
            self.actions[row.name] = action
        self._taken_texts = {
            QKeySequence(keys).toString() for row in SHORTCUTS for keys in row.keys if keys != "?"
        }
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_changed)

    def set_desk(self, on: bool) -> None:
        """Behind lock and sign-in no key of the desk does anything."""
        for row in SHORTCUTS:
            if row.where == "desk":
                self.actions[row.name].setEnabled(on)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            pressed = QKeySequence(event.keyCombination()).toString()
            if pressed in self._taken_texts:
                event.ignore()
                return True
        return False

    def _focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
            self._watched.destroyed.disconnect(self._lost)
        self._watched = None
        if now is not None and self._window.isAncestorOf(now):
            now.installEventFilter(self)
            now.destroyed.connect(self._lost)
            self._watched = now

    def _lost(self) -> None:
        self._watched = None
