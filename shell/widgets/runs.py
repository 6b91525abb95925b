"""A line of text in several cuts and colours, with single letters underlined; how the shell writes names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from shell.presenters.view_models import PersonName
from shell.theme.theme import Theme
from shell.widgets.themed import ThemedWidget


@dataclass(frozen=True, slots=True)
class Run:
    """``before`` are pixels in front; ``underlined`` indexes of letters in ``text``."""

    text: str
    font: QFont
    color: QColor
    underlined: frozenset[int] = frozenset()
    before: int = 0


def runs_width(runs: Iterable[Run]) -> int:
    """Pixels of the whole line."""
    return sum(run.before + QFontMetrics(run.font).horizontalAdvance(run.text) for run in runs)


def draw_runs(painter: QPainter, left: float, baseline: float, runs: Iterable[Run]) -> float:
    """Draw from ``left`` on; answers where the line ends."""
    position = left
    for run in runs:
        position += run.before
        painter.setFont(run.font)
        painter.setPen(run.color)
        painter.drawText(round(position), round(baseline), run.text)
        metrics = QFontMetrics(run.font)
        thickness = max(1.5, run.font.pixelSize() / 13)
        for index in sorted(run.underlined):
            start = metrics.horizontalAdvance(run.text[:index])
            end = metrics.horizontalAdvance(run.text[: index + 1])
            top = baseline + max(2.0, run.font.pixelSize() * 0.09)
            painter.fillRect(QRectF(position + start, top, end - start, thickness), run.color)
        position += metrics.horizontalAdvance(run.text)
    return position


def centered_baseline(metrics: QFontMetrics, rect: QRect | QRectF) -> float:
    """Where a line has to stand to be in the middle of ``rect``, by the height of capitals."""
    return rect.center().y() + (1 if isinstance(rect, QRect) else 0) + metrics.capHeight() / 2


def name_runs(
    theme: Theme,
    style: str,
    name: PersonName,
    color: QColor,
    *,
    all_bold: bool = False,
    quiet: bool = False,
    before: int = 0,
) -> list[Run]:
    """Family name bold, given name regular, differing letters underlined. ``quiet``: the family name medium."""
    family = theme.font(style, 500, name=True) if quiet else theme.family_font(style)
    given = family if all_bold else theme.font(style, 400, name=True)
    made = [Run(name.family, family, color, name.differs_family, before)]
    if name.given:
        made.append(Run(", ", given, color))
        made.append(Run(name.given, given, color, name.differs_given))
    return made


class TextLine(ThemedWidget):
    """One line that is never cut: it asks for all its width."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._runs: Sequence[Run] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def set_runs(self, runs: Sequence[Run]) -> None:
        self._runs = tuple(runs)
        self.setAccessibleName("".join(run.text for run in runs))
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return "".join(run.text for run in self._runs)

    def sizeHint(self) -> QSize:
        height = max((QFontMetrics(run.font).height() for run in self._runs), default=0)
        return QSize(runs_width(self._runs), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._runs:
            return
        painter = QPainter(self)
        tallest = max((QFontMetrics(run.font) for run in self._runs), key=lambda metrics: metrics.height())
        draw_runs(painter, 0, centered_baseline(tallest, self.rect()), self._runs)
