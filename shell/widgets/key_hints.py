"""The line of keys below a GP's list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.key_caps import KeyCaps
from shell.widgets.themed import ThemedWidget, label

HEIGHT = 40


class KeyHints(ThemedWidget):
    """Keys and words; those that find no room are left out from the right. ``help_asked()``."""

    help_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 16, 0)
        self._row.setSpacing(8)
        self._labels: list[QLabel] = []
        for keys in (("↑", "↓"), ("Enter",), ("Alt", "1–9"), ("Ctrl", "Tab"), ("F6",)):
            self._row.addWidget(KeyCaps(theme, keys, self))
            words = label("small", self)
            self._labels.append(words)
            self._row.addWidget(words)
            self._row.addSpacing(14)
        self._row.addStretch(1)
        self._row.addWidget(KeyCaps(theme, ("?",), self))
        self.all_keys = Button(theme, "foot", "", self)
        self.all_keys.clicked.connect(self.help_asked)
        self._row.addWidget(self.all_keys, alignment=Qt.AlignmentFlag.AlignVCenter)
        self.setFixedHeight(theme.scaled(HEIGHT))
        self.retranslate()

    def retranslate(self) -> None:
        words = (
            self.tr("velg"),
            self.tr("åpne pasient"),
            self.tr("åpne app"),
            self.tr("neste pasient"),
            self.tr("neste panel"),
        )
        for target, text in zip(self._labels, words, strict=True):
            target.setText(text)
        self.all_keys.say(self.tr("alle taster"))

    def restyle(self) -> None:
        self.setFixedHeight(self.theme.scaled(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("chrome"))
        painter.fillRect(0, 0, self.width(), 1, self.theme.color("line"))
