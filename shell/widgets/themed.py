"""What every widget of ours shares: the theme, and where colours and texts are put anew."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QWidget

from shell.theme.theme import Theme


class ThemedWidget(QWidget):
    """Calls ``restyle`` for another theme or size of text, ``retranslate`` for another language."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        theme.changed.connect(self._theme_changed)

    def restyle(self) -> None:
        """Colours and sizes that are not the style sheet's."""

    def retranslate(self) -> None:
        """Texts of this widget."""

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.update()
        super().changeEvent(event)

    def _theme_changed(self) -> None:
        self.restyle()
        self.updateGeometry()
        self.update()


def label(role: str, parent: QWidget | None = None, *, wrap: bool = False) -> QLabel:
    """A label whose look is a row of the style sheet."""
    made = QLabel(parent)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


def width_of(metrics: QFontMetrics, text: str) -> int:
    return metrics.horizontalAdvance(text)
