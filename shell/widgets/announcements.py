"""Sentences for who listens: a patient change, a change of a pane's state, a message."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


class Announcer(QObject):
    """Says a sentence through the platform's accessibility. ``announced(text, urgent)`` tells it to who watches."""

    announced = Signal(str, bool)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self.hushed = False
        """While the screen is locked nothing of patients or apps is said."""
        self.blank = False
        """While the screen is blank nothing at all is said."""

    def say(self, text: str, *, urgent: bool = False, over_lock: bool = False) -> None:
        """``urgent`` interrupts what is being read; ``over_lock`` is said although the screen is locked."""
        if not text or self.blank or (self.hushed and not over_lock):
            return
        if QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self._widget, text)
            politeness = QAccessible.AnnouncementPoliteness
            event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
            QAccessible.updateAccessibility(event)
        self.announced.emit(text, urgent)
