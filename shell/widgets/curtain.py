"""The curtain of a pane: an opaque sibling above the live page, with the reason and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Property, QEasingCurve, QPropertyAnimation, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from context.pane_state import State
from shell.presenters.view_models import PaneModel
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.pane_texts import PaneTexts
from shell.widgets.themed import ThemedWidget, label

BAR_AFTER_MS = 400
BAR_FILLS_MS = 10_000
BAR_WIDTH = 220
ICON = 36
LEAST_FOR_ICON = 250


class ThinBar(ThemedWidget):
    """Fills towards nine tenths while nobody knows how long it takes; with reduced motion it stands still."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._done = 0.0
        self._motion = QPropertyAnimation(self, b"done", self)
        self._motion.setDuration(BAR_FILLS_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.setStartValue(0.05)
        self._motion.setEndValue(0.9)
        self.setFixedSize(BAR_WIDTH, 6)

    def start(self) -> None:
        self._set_done(0.5)
        if not self.theme.reduced_motion:
            self._motion.start()

    def stop(self) -> None:
        self._motion.stop()

    def _get_done(self) -> float:
        return self._done

    def _set_done(self, done: float) -> None:
        self._done = done
        self.update()

    done = Property(float, _get_done, _set_done)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("line"))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setBrush(self.theme.color("action"))
        painter.drawRoundedRect(QRectF(0, 0, max(6.0, self.width() * self._done), 6), 3, 3)


class IconLabel(QLabel):
    """A large icon in a token's colour."""

    def __init__(self, theme: Theme, size: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._size = theme, size
        self._look = ("", "text-soft")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.changed.connect(self._draw)

    def set_icon(self, name: str, token: str) -> None:
        self._look = (name, token)
        self._draw()

    def _draw(self) -> None:
        if self._look[0]:
            self.setPixmap(self._theme.icon(*self._look, self._size))

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)


class Curtain(ThemedWidget):
    """``sync_asked()``, ``close_asked()``. Opaque whatever it says; the bar comes only after 400 ms."""

    sync_asked = Signal()
    close_asked = Signal()

    def __init__(self, theme: Theme, texts: PaneTexts, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._texts = texts
        self._model: PaneModel | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._icon = IconLabel(theme, ICON, self)
        self.title = label("curtain-title", self, wrap=True)
        self.text = label("curtain-text", self, wrap=True)
        self.bar = ThinBar(theme, self)
        self.sync = Button(theme, "primary", "sync", self, touch=True)
        self.sync.clicked.connect(self.sync_asked)
        self.close_app = Button(theme, "secondary", "", self, touch=True)
        self.close_app.clicked.connect(self.close_asked)
        self._late = QTimer(self, singleShot=True, interval=BAR_AFTER_MS)
        self._late.timeout.connect(self._show_bar)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        buttons.addWidget(self.sync)
        buttons.addWidget(self.close_app)
        buttons.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 12, 24, 12)
        box.setSpacing(10)
        box.addStretch(1)
        box.addWidget(self._icon)
        for words in (self.title, self.text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(words)
        box.addSpacing(4)
        box.addWidget(self.bar, alignment=Qt.AlignmentFlag.AlignHCenter)
        box.addLayout(buttons)
        box.addStretch(1)
        self.retranslate()

    def set_pane(self, model: PaneModel) -> None:
        """Words for the model's state; instant."""
        before, self._model = self._model, model
        broken = model.state is State.OUT_OF_SYNC and not model.suspended
        waits = not broken and (model.suspended or model.current is not None)
        same = before is not None and (before.state, before.suspended) == (model.state, model.suspended)
        icon, token = ("broken", "danger") if broken else ("wait", "info")
        if not broken and not waits:
            icon, token = "empty", "text-soft"
        self._icon.set_icon(icon, token)
        self.sync.setVisible(broken)
        self.close_app.setVisible(broken)
        self._say()
        if not waits:
            self._late.stop()
            self.bar.stop()
            self.bar.hide()
        elif not same or not (self._late.isActive() or self.bar.isVisible()):
            self.bar.hide()
            self._late.start()

    def settle(self) -> None:
        """The curtain has gone up: nothing moves below the pane."""
        self._late.stop()
        self.bar.stop()

    def retranslate(self) -> None:
        self.sync.say(self.tr("Synkroniser"), self.tr("Synkroniser, Alt S"))
        self.close_app.say(self.tr("Lukk appen"))
        self._say()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._icon.setVisible(self.height() >= self.theme.scaled(LEAST_FOR_ICON))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("surface-alt"))

    def _say(self) -> None:
        if self._model is None:
            return
        self.title.setText(self._texts.curtain_title(self._model))
        self.text.setText(self._texts.curtain_text(self._model))
        self.setAccessibleName(self.title.text())
        self.setAccessibleDescription(self.text.text())

    def _show_bar(self) -> None:
        self.bar.show()
        self.bar.start()
