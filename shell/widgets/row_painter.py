"""Draws the cells of the start lists. Names and measured values are written whole; what is beside them gives way."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from shell.presenters.view_models import DueModel, VisitRowModel, WardRowModel
from shell.theme.theme import Theme
from shell.widgets.formats import clock_text
from shell.widgets.list_model import ROW_ROLE, Index, ListModel
from shell.widgets.runs import Run, centered_baseline, draw_runs, name_runs, runs_width
from shell.widgets.tag import draw_tag, tag_width

PADDING = 12
FIRST_PADDING = 18
DONE = ("fulfilled", "cancelled")
STATUS_TAGS = {
    "fulfilled": "finished",
    "noshow": "missed",
    "cancelled": "missed",
    "started": "started",
    "arrived": "waiting",
}
OBSERVED_END = 8
_VALUE = re.compile(r"[−+-]?\d")
MODE_ICONS = {"office": "stetho", "phone": "phone", "video": "video", "home": "home"}


def has_value(observation: str) -> bool:
    """Whether something was measured: ``BS 11,9``, and not ``Sover``."""
    return _VALUE.search(observation) is not None


def split_value(observation: str) -> tuple[str, str]:
    """The name and the whole of what was measured: ``("Smerte", "2 av 10")``."""
    found = _VALUE.search(observation)
    start = found.start() if found else len(observation)
    return observation[:start].rstrip(), observation[start:]


class RowPainter(QStyledItemDelegate):
    """One delegate for both lists. ``words`` are the translated words of the list; ``hovered`` the row under the pointer."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.words: Mapping[str, str] = {}
        self.hovered = -1
        self.current = -1
        self.opening: frozenset[str] = frozenset()
        """Keys of rows that were opened and are on their way."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        model = index.model()
        if row is None or not isinstance(model, ListModel):
            return
        theme = self._theme
        rect: QRect = option.rect
        column = model.columns[index.column()].name
        painter.save()
        painter.fillRect(rect, self._background(index.row(), row))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("line"))
        painter.setClipRect(rect)
        if column == "why" and row.key and row.key in self.opening:
            self._opening(painter, rect)
        elif isinstance(row, WardRowModel):
            self._ward_cell(painter, rect, row, column)
        elif isinstance(row, VisitRowModel):
            self._visit_cell(painter, rect, row, column)
        painter.restore()

    def name_width(self, row: WardRowModel | VisitRowModel) -> int:
        """Pixels that a row's name, age and tags need."""
        runs = self.name_runs(row)
        tags = sum(tag_width(self._theme, text) + 8 for _, text in self._name_tags(row))
        return runs_width(runs) + tags + PADDING + 10

    def _background(self, number: int, row: WardRowModel | VisitRowModel) -> QColor:
        theme = self._theme
        if not row.key:
            return theme.color("surface-alt")
        if row.key in self.opening:
            return theme.color("info-soft")
        if number == self.current or number == self.hovered:
            return theme.color("surface-hover")
        return theme.color("surface")

    def _opening(self, painter: QPainter, rect: QRect) -> None:
        icon = self._theme.icon("wait", "info", 18)
        painter.drawPixmap(QPointF(rect.left(), self._middle(rect) - 9), icon)
        self._words(painter, rect.adjusted(27, 0, 0, 0), self.words.get("opening", ""), "info")

    # a resident

    def _ward_cell(self, painter: QPainter, rect: QRect, row: WardRowModel, column: str) -> None:
        theme = self._theme
        if column == "room":
            if row.due is not None and row.due.urgency == "overdue":
                bar = theme.tokens.table["border"]["row-overdue"]
                painter.fillRect(
                    QRect(rect.left(), rect.top(), bar, rect.height() - 1), theme.color("danger")
                )
            self._line(
                painter, rect, FIRST_PADDING, [Run(row.room, theme.font("row-key", 700), theme.color("text"))]
            )
        elif column == "name":
            self._name(painter, rect, row, quiet=False)
        elif column == "why":
            self._words(painter, rect, row.why, "text")
        elif column == "due" and row.due is not None:
            self._due(painter, rect, row.due)
        elif column == "observed" and row.observation:
            self._line(painter, rect, 0, self.observed_runs(row, rect.width()))
        elif column == "news" and row.news:
            draw_tag(painter, theme, "new", row.news, rect.left(), self._middle(rect))

    def _due(self, painter: QPainter, rect: QRect, due: DueModel) -> None:
        theme = self._theme
        if due.urgency == "later":
            time = Run(clock_text(due.when), theme.font("body", 600), theme.color("text-soft"))
            text = Run(due.text, theme.font("body"), theme.color("text-soft"), before=8)
            self._line(painter, rect, 0, [time, text])
            return
        if due.urgency == "overdue":
            word = self.words.get("overdue", "").format(minutes=max(1, -due.minutes))
        else:
            word = self.words.get("now", "").format(time=clock_text(due.when))
        right = draw_tag(painter, theme, due.urgency, word, rect.left(), self._middle(rect))
        text_rect = QRect(round(right) + 8, rect.top(), rect.right() - round(right) - 8, rect.height())
        self._words(painter, text_rect, due.text, "text")

    # a visit

    def _visit_cell(self, painter: QPainter, rect: QRect, row: VisitRowModel, column: str) -> None:
        theme = self._theme
        quiet = row.status in DONE
        ink = "text-soft" if quiet else "text"
        if column == "time":
            weight = 400 if not row.key else 700 if not quiet else 500
            text = clock_text(row.start) if row.start else ""
            style = "row-key" if row.key else "row-name"
            soft = "text-soft" if not row.key else "text"
            self._line(
                painter, rect, FIRST_PADDING, [Run(text, theme.font(style, weight), theme.color(soft))]
            )
        elif not row.key:
            if column == "name":
                self._words(painter, rect, row.why, "text-soft")
        elif column == "name":
            self._name(painter, rect, row, quiet=quiet)
        elif column == "why":
            self._words(painter, rect, row.why, ink)
        elif column == "mode" and row.mode:
            icon = theme.icon(MODE_ICONS[row.mode], ink, 18)
            painter.drawPixmap(QPointF(rect.left(), self._middle(rect) - 9), icon)
            self._words(painter, rect.adjusted(27, 0, 0, 0), self.words.get(row.mode, ""), ink)
        elif column == "status" and row.status:
            self._status(painter, rect, row)
        elif column == "news" and row.news:
            draw_tag(painter, theme, "new", row.news, rect.left(), self._middle(rect))

    def _status(self, painter: QPainter, rect: QRect, row: VisitRowModel) -> None:
        assert row.status is not None
        text = self.words.get(row.status, "")
        if row.status == "arrived" and row.waited_minutes is not None:
            text = self.words.get("waited", "").format(minutes=row.waited_minutes)
        kind = STATUS_TAGS.get(row.status)
        if kind is None:
            self._words(painter, rect, text, "text-soft")
        else:
            draw_tag(painter, self._theme, kind, text, rect.left(), self._middle(rect))

    # parts

    def _name(
        self, painter: QPainter, rect: QRect, row: WardRowModel | VisitRowModel, *, quiet: bool
    ) -> None:
        self._line(painter, rect, 0, self.name_runs(row, quiet=quiet))
        right = rect.right() - PADDING + 1.0
        for kind, text in reversed(self._name_tags(row)):
            width = tag_width(self._theme, text)
            draw_tag(painter, self._theme, kind, text, right - width, self._middle(rect))
            right -= width + 8

    def name_runs(self, row: WardRowModel | VisitRowModel, *, quiet: bool = False) -> list[Run]:
        """Name and age; with a namesake on the list the birth date beside the age."""
        theme = self._theme
        ink = theme.color("text-soft" if quiet else "text")
        runs = name_runs(theme, "row-name", row.name, ink, quiet=quiet)
        if row.age is not None:
            text = (
                str(row.age)
                if isinstance(row, WardRowModel)
                else self.words.get("years", "").format(age=row.age)
            )
            if row.alike and row.born is not None:
                text = f"{text} · {row.born:%d.%m.%y}"
            runs.append(Run(text, theme.font("row-name", 400), theme.color("text-soft"), before=8))
        return runs

    def _name_tags(self, row: WardRowModel | VisitRowModel) -> list[tuple[str, str]]:
        tags = [("alike", self.words.get("alike", ""))] if row.alike else []
        return [*tags, ("cave", "CAVE")] if row.cave else tags

    def observed_width(self, row: WardRowModel) -> int:
        """Pixels that time and observation need."""
        return runs_width(self._observed(row, row.observation)) + OBSERVED_END

    def observed_runs(self, row: WardRowModel, width: int) -> list[Run]:
        """Time and observation in ``width`` pixels: words are cut at their end, but of a measured value only the name."""
        room = width - OBSERVED_END
        runs = self._observed(row, row.observation)
        if runs_width(runs) <= room:
            return runs
        fixed = runs_width(self._observed(row, ""))
        metrics = self._theme.metrics("body")
        if not has_value(row.observation):
            text = metrics.elidedText(row.observation, Qt.TextElideMode.ElideRight, max(0, room - fixed))
            return self._observed(row, text)
        name, value = split_value(row.observation)
        short = metrics.elidedText(
            name, Qt.TextElideMode.ElideRight, max(0, room - fixed - metrics.horizontalAdvance(f" {value}"))
        )
        runs = self._observed(row, f"{short} {value}".strip())
        return runs if runs_width(runs) <= room else runs[-1:]

    def _observed(self, row: WardRowModel, text: str) -> list[Run]:
        theme = self._theme
        time = clock_text(row.observed_at) if row.observed_at else ""
        runs = [Run(time, theme.font("body"), theme.color("text-soft"))] if time else []
        return [*runs, Run(text, theme.font("body"), theme.color("text"), before=9 if runs else 0)]

    def _words(self, painter: QPainter, rect: QRect, text: str, token: str) -> None:
        """Words that may be cut, at their end and with a sign for it."""
        metrics = self._theme.metrics("body")
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - 8)
        self._line(painter, rect, 0, [Run(shown, self._theme.font("body"), self._theme.color(token))])

    def _line(self, painter: QPainter, rect: QRect, left: int, runs: list[Run]) -> None:
        baseline = centered_baseline(self._theme.metrics("row-name"), QRectF(rect))
        draw_runs(painter, rect.left() + left, baseline, runs)

    def _middle(self, rect: QRect) -> float:
        return rect.top() + rect.height() / 2
