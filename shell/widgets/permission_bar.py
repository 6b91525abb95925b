"""A pane asks for something: the question stands in that pane, with who asks and for what."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from shell.presenters.view_models import PermissionModel
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.curtain import IconLabel
from shell.widgets.themed import ThemedWidget, label


class PermissionBar(ThemedWidget):
    """``answered(key, allowed)``. Escape says no; nothing is allowed by Enter alone."""

    answered = Signal(str, bool)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._model: PermissionModel | None = None
        icon = IconLabel(theme, 20, self)
        icon.set_icon("help", "warn")
        self.title = label("strong", self, wrap=True)
        self.text = label("small", self, wrap=True)
        self.allow = Button(theme, "secondary", "", self)
        self.deny = Button(theme, "secondary", "", self)
        self.allow.clicked.connect(lambda: self._answer(True))
        self.deny.clicked.connect(lambda: self._answer(False))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(icon, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.deny)
        row.addWidget(self.allow)
        self.hide()

    def ask(self, question: PermissionModel) -> None:
        self._model = question
        self.title.setText(question.title)
        self.text.setText("\n".join((question.text, *question.details)))
        self.allow.say(question.allow)
        self.deny.say(question.deny)
        self.setAccessibleName(f"{question.title}. {question.text}")
        self.show()

    def end(self, key: str) -> None:
        if self._model is not None and self._model.key == key:
            self._model = None
            self.hide()

    def _answer(self, allowed: bool) -> None:
        if self._model is not None:
            key = self._model.key
            self.end(key)
            self.answered.emit(key, allowed)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("warn-soft"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self.theme.color("warn-line"))
