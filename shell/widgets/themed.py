"""What every widget of ours shares: the theme, and where colours and texts are put anew."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from shell.theme.theme import Theme
from shell.widgets.plain_tip import plain_tip


class ThemedWidget(QWidget):
    """Calls ``restyle`` for another theme or size of text, ``retranslate`` for another language."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        theme.changed.connect(self._theme_changed)

    def fills_itself(self) -> None:
        """``paintEvent`` covers the whole rectangle: nothing that lies below is painted first."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

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
    """A label whose look is a row of the style sheet; its text is never read as HTML: pages and records write it."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


class ShortLabel(QLabel):
    """A line that gives way at its end, with a sign for it; never for a name. The whole text is in the tooltip."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(plain_tip(self.text() if shown != self.text() else ""))
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
