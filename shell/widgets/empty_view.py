"""An empty or failed view: icon, what, what now, one button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from shell.presenters.view_models import EmptyModel
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.curtain import IconLabel
from shell.widgets.themed import ThemedWidget, label

WIDEST = 460


class EmptyView(ThemedWidget):
    """``acted(key)`` from its one button."""

    acted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._model: EmptyModel | None = None
        self._icon = IconLabel(theme, 36, self)
        self.title = label("curtain-title", self, wrap=True)
        self.text = label("curtain-text", self, wrap=True)
        self.button = Button(theme, "secondary", "", self)
        self.button.clicked.connect(self._act)
        self._words = QWidget(self)
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(6)
        words.addWidget(self.title)
        words.addWidget(self.text)
        words.addSpacing(8)
        words.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        row.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words)
        row.addStretch(1)
        box = QVBoxLayout(self)
        box.addStretch(2)
        box.addLayout(row)
        box.addStretch(3)

    def show_empty(self, model: EmptyModel) -> None:
        self._model = model
        self._icon.set_icon(model.icon, "danger" if model.bad else "text-soft")
        self.title.setText(model.title)
        self.text.setText(model.text)
        self.text.setVisible(bool(model.text))
        self.button.setVisible(bool(model.action))
        self.button.say(model.action)
        self.setAccessibleName(f"{model.title} {model.text}".strip())
        self._fit()

    def restyle(self) -> None:
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As wide as the words, at most a line that reads well."""
        model = self._model
        if model is None:
            return
        title = self.theme.metrics("curtain-title", 700).horizontalAdvance(model.title)
        text = self.theme.metrics("row-name").horizontalAdvance(model.text)
        room = max(160, self.width() - 120)
        self._words.setFixedWidth(min(max(title, text, 120) + 12, self.theme.scaled(WIDEST), room))

    def _act(self) -> None:
        if self._model is not None:
            self.acted.emit(self._model.key)
