"""A line of text in several cuts and colours, with single letters underlined; how the shell writes names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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


class WrappedRuns(ThemedWidget):
    """Groups of runs that are never cut: a group that finds no room beside the last begins a line of its own."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._groups: Sequence[Sequence[Run]] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_groups(self, groups: Sequence[Sequence[Run]]) -> None:
        self._groups = tuple(tuple(group) for group in groups if group)
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return "".join(run.text for group in self._groups for run in group)

    def lines(self, width: int) -> list[list[Run]]:
        """The groups laid out for ``width`` pixels."""
        lines: list[list[Run]] = [[]]
        for group in self._groups:
            if lines[-1] and runs_width([*lines[-1], *group]) > width:
                lines.append([])
                group = [replace(group[0], text=group[0].text.lstrip(), before=0), *group[1:]]
            lines[-1].extend(group)
        return lines

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return len(self.lines(width)) * self._line_height()

    def sizeHint(self) -> QSize:
        every = [run for group in self._groups for run in group]
        return QSize(runs_width(every), self._line_height())

    def minimumSizeHint(self) -> QSize:
        widest = max((runs_width(group) for group in self._groups), default=0)
        return QSize(widest, self._line_height())

    def _line_height(self) -> int:
        heights = (QFontMetrics(run.font).height() for group in self._groups for run in group)
        return max(heights, default=0) + 2

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        lines = self.lines(self.width())
        top = (self.height() - len(lines) * self._line_height()) / 2
        for line in lines:
            rect = QRectF(0, top, self.width(), self._line_height())
            draw_runs(painter, 0, centered_baseline(QFontMetrics(line[0].font), rect), line) if line else None
            top += self._line_height()
