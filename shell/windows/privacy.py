"""Privacy in the room (F12): the whole window is blank, to the eye and to a screen reader, until the user wants it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget
from shiboken6 import isValid

from shell.theme.theme import Theme
from shell.widgets.announcements import Announcer
from shell.widgets.curtain import IconLabel
from shell.widgets.layers import set_reachable
from shell.widgets.themed import ThemedWidget, label

SWEEP_MS = 40
"""A page may still open a list or a tooltip of its own, in a window of its own: it stands no longer than this."""
ICON = 48


class PrivacyScreen(ThemedWidget):
    """Lies over ``content``, which holds everything else of the window. ``changed(blank)``.

    What is covered goes on as it was, pages and drafts included; it cannot be used, seen or heard.
    """

    changed = Signal(bool)

    def __init__(self, theme: Theme, content: QWidget, announcer: Announcer, window: QWidget) -> None:
        super().__init__(theme, window)
        self._content = content
        self._announcer = announcer
        self._returns_to: QWidget | None = None
        self.blank = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ring", "none")
        self._icon = IconLabel(theme, ICON, self)
        self._icon.set_icon("eyeoff", "on-night-soft")
        self.title = label("night-title", self, wrap=True)
        self.text = label("night", self, wrap=True)
        box = QVBoxLayout(self)
        box.setSpacing(12)
        box.addStretch(1)
        box.addWidget(self._icon)
        for words in (self.title, self.text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(words)
        box.addStretch(1)
        self._sweeping = QTimer(self, interval=SWEEP_MS)
        self._sweeping.timeout.connect(self._sweep)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(self.show_again)
        window.installEventFilter(self)
        self.hide()
        self.retranslate()

    def toggle(self) -> None:
        """F12."""
        if self.blank:
            self.show_again()
        else:
            self.cover()

    def cover(self) -> None:
        """Blank at once: it is painted before this returns."""
        if self.blank:
            return
        self.blank = True
        self._returns_to = QApplication.focusWidget()
        self._fit()
        self.show()
        self.raise_()
        self.repaint()
        self._sweep()
        set_reachable(self._content, False)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._sweeping.start()
        self._announcer.say(self.accessibleName(), urgent=True, over_lock=True)
        self._announcer.blank = True
        self.changed.emit(True)

    def show_again(self) -> None:
        """Everything as it stands by now; the keyboard is where it was."""
        if not self.blank:
            return
        self.blank = False
        self._sweeping.stop()
        self._announcer.blank = False
        set_reachable(self._content, True)
        target, self._returns_to = self._returns_to, None
        if target is not None and isValid(target) and target.isVisible() and target.isEnabled():
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.changed.emit(False)

    def retranslate(self) -> None:
        self.title.setText(self.tr("Skjermen er skjult"))
        self.text.setText(self.tr("Trykk F12 eller Esc for å vise den igjen. Ingenting er lukket."))
        self.setAccessibleName(f"{self.title.text()}. {self.text.text()}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.blank and event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("night"))

    def _fit(self) -> None:
        window = self.parentWidget()
        assert window is not None
        self.setGeometry(window.rect())

    def _sweep(self) -> None:
        """Menus, lists of a page's own and tooltips are windows beside ours."""
        QToolTip.hideText()
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window() and widget.isVisible():
                widget.close()
