"""Tags: icon, word and colour in one small field; drawn in lists, shown as widgets elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from shell.theme.theme import Theme
from shell.widgets.runs import centered_baseline
from shell.widgets.themed import ThemedWidget

PADDING = 6
ICON = 16
GAP = 6


@dataclass(frozen=True, slots=True)
class TagLook:
    """Icon and two tokens."""

    icon: str
    ink: str
    fill: str


LOOKS = {
    "overdue": TagLook("overdue", "danger", "danger-soft"),
    "now": TagLook("clock", "warn", "warn-soft"),
    "waiting": TagLook("wait", "warn", "warn-soft"),
    "new": TagLook("new", "info", "info-soft"),
    "done": TagLook("check", "ok", "ok-soft"),
    "started": TagLook("play", "ok", "ok-soft"),
    "finished": TagLook("check", "text-soft", "surface-hover"),
    "missed": TagLook("x", "text-soft", "surface-hover"),
    "alike": TagLook("alike", "alike-ink", "alike-fill"),
    "exempt": TagLook("shield", "warn", "warn-soft"),
    "cave": TagLook("alarm", "danger", "danger-soft"),
}


def tag_width(theme: Theme, text: str) -> int:
    """Pixels of a whole tag with ``text``."""
    return (
        PADDING
        + theme.scaled(ICON)
        + GAP
        - 1
        + theme.metrics("tag", name=True).horizontalAdvance(text)
        + PADDING
        + 2
    )


def draw_tag(painter: QPainter, theme: Theme, kind: str, text: str, left: float, middle: float) -> float:
    """Draw a tag whose left edge and vertical middle are given; answers its right edge."""
    look = LOOKS[kind]
    height = theme.scaled(theme.tokens.size("tag"))
    rect = QRectF(left, middle - height / 2, tag_width(theme, text), height)
    radius = theme.tokens.radius("tag")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme.color(look.fill))
    bordered = theme.high_contrast
    painter.setPen(QPen(theme.color(look.ink), 1) if bordered else Qt.PenStyle.NoPen)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5) if bordered else rect, radius, radius)
    pixmap = theme.icon(look.icon, look.ink, theme.scaled(ICON), surface=look.fill)
    painter.drawPixmap(QPointF(left + PADDING, middle - theme.scaled(ICON) / 2), pixmap)
    font = theme.font("tag", name=True)
    painter.setFont(font)
    painter.setPen(theme.color(look.ink))
    baseline = centered_baseline(theme.metrics("tag", name=True), rect)
    painter.drawText(QPointF(left + PADDING + theme.scaled(ICON) + GAP - 1, baseline), text)
    painter.restore()
    return rect.right()


class Tag(ThemedWidget):
    """A tag as a widget of its own."""

    def __init__(self, theme: Theme, kind: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._kind, self._text = kind, text
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(tag_width(self.theme, self._text), self.theme.scaled(self.theme.tokens.size("tag")))

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_tag(QPainter(self), self.theme, self._kind, self._text, 0, self.height() / 2)
