"""Messages at the bottom right of the panes: done ones go after 6 s, anything to act on stays."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from shell.presenters.view_models import ToastModel
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.curtain import IconLabel
from shell.widgets.kept import delete_later
from shell.widgets.later import Later
from shell.widgets.themed import ThemedWidget, label

STAYS_MS = 6000
WIDTH = 400
MOST = 4
LEAST_HEIGHT = 54
LOOKS = {
    "done": ("ok", "ok"),
    "error": ("warn", "danger"),
    "warn": ("clock", "warn"),
    "info": ("info", "info"),
}


class Toast(ThemedWidget):
    """One message. ``acted(key)`` for its button, ``gone(key)`` for its cross or when its time is over."""

    acted = Signal(str)
    gone = Signal(str)

    def __init__(self, theme: Theme, model: ToastModel, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.model = model
        icon, self._token = LOOKS[model.tone]
        picture = IconLabel(theme, 20, self)
        picture.set_icon(model.icon or icon, self._token)
        title = label("strong", self, wrap=True)
        title.setText(model.title)
        text = label("small", self, wrap=True)
        text.setText(model.text)
        text.setVisible(bool(model.text))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(title)
        words.addWidget(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 8, 8, 8)
        row.setSpacing(12)
        row.addWidget(picture)
        row.addLayout(words, 1)
        self.action = Button(theme, "primary" if model.tone == "warn" else "secondary", "", self)
        self.action.say(model.action)
        self.action.setVisible(bool(model.action))
        self.action.clicked.connect(lambda: self.acted.emit(model.key))
        row.addWidget(self.action)
        self.close_button = Button(theme, "icon", "x", self, icon_size=16)
        self.close_button.clicked.connect(lambda: self.gone.emit(model.key))
        row.addWidget(self.close_button)
        self.setAccessibleName(f"{model.title}. {model.text}" if model.text else model.title)
        self._timer = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._timer.timeout.connect(lambda: self.gone.emit(model.key))
        if not model.action and model.tone in ("done", "info"):
            self._timer.start()
        self.retranslate()
        self.fit()

    def fit(self) -> None:
        """As high as the words need at the size of text."""
        row = self.layout()
        assert row is not None
        row.invalidate()
        self.setFixedSize(WIDTH, max(LEAST_HEIGHT, row.heightForWidth(WIDTH)))

    def retranslate(self) -> None:
        self.close_button.say(self.tr("Lukk meldingen"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self.theme.tokens.radius("control")
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(rect, radius, radius)
        painter.fillPath(path, self.theme.color("surface"))
        painter.setClipPath(path)
        painter.fillRect(QRectF(0, 0, 5, self.height()), self.theme.color(self._token))
        painter.setClipping(False)
        painter.setPen(QPen(self.theme.color("line-strong"), 1))
        painter.drawPath(path)


class Toasts(ThemedWidget):
    """The stack. ``acted(key)``; ``told(sentence, urgent)`` to be read out."""

    acted = Signal(str)
    told = Signal(str, bool)
    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        self._fit_later: Callable[[], None] = lambda: None
        super().__init__(theme, parent)
        self._fit_later = Later(self, lambda: self._fit())
        self._toasts: list[Toast] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        self.setAccessibleName(self.tr("Meldinger"))
        self.hide()

    def add(self, model: ToastModel) -> None:
        """A message with a key that is already there takes its place."""
        self.take(model.key)
        toast = Toast(self.theme, model, self)
        toast.acted.connect(self._acted)
        toast.gone.connect(self.take)
        self._toasts.append(toast)
        self._box.addWidget(toast)
        for old in [item for item in self._toasts if not item.model.action][
            : max(0, len(self._toasts) - MOST)
        ]:
            self.take(old.model.key)
        self.show()
        self._fit()
        self.told.emit(toast.accessibleName(), model.tone in ("error", "warn"))

    def take(self, key: str) -> None:
        for toast in [item for item in self._toasts if item.model.key == key]:
            self._toasts.remove(toast)
            self._box.removeWidget(toast)
            toast.hide()
            delete_later(toast)
        self.setVisible(bool(self._toasts))
        self._fit()

    def clear(self) -> None:
        for toast in list(self._toasts):
            self.take(toast.model.key)

    def toasts(self) -> list[Toast]:
        return list(self._toasts)

    def sizeHint(self) -> QSize:
        gaps = self._box.spacing() * max(0, len(self._toasts) - 1)
        return QSize(WIDTH, sum(toast.height() for toast in self._toasts) + gaps)

    def _acted(self, key: str) -> None:
        self.take(key)
        self.acted.emit(key)

    def restyle(self) -> None:
        self._fit_later()  # labels get their new fonts first

    def _fit(self) -> None:
        for toast in self._toasts:
            toast.fit()
        self.adjustSize()
        self.resized.emit()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Meldinger"))
