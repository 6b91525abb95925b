"""The hits of the palette: a list whose rows are drawn, with the match bold and underlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from shell.presenters.view_models import AppModel, PaletteResult
from shell.theme.theme import Theme
from shell.widgets.key_caps import caps_width, draw_caps
from shell.widgets.list_model import Index
from shell.widgets.runs import Run, centered_baseline, draw_runs, runs_width
from shell.widgets.tag import draw_tag, tag_width

RESULT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
TEXT_LEFT = 58
RIGHT = 16


class PaletteModel(QAbstractListModel):
    """The hits; ``kinds`` are the translated words at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._results: tuple[PaletteResult, ...] = ()
        self.kinds: dict[str, str] = {}
        self.exempt_word = ""

    def set_results(self, results: Sequence[PaletteResult]) -> None:
        self.beginResetModel()
        self._results = tuple(results)
        self.endResetModel()

    def result(self, number: int) -> PaletteResult | None:
        return self._results[number] if 0 <= number < len(self._results) else None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._results)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        result = self.result(index.row())
        if result is None:
            return None
        if role == RESULT_ROLE:
            return result
        if role == Qt.ItemDataRole.DisplayRole:
            return result.shown
        if role == Qt.ItemDataRole.AccessibleTextRole:
            exempt = self.exempt_word if result.pkce_exempt else ""
            parts = (result.shown, result.detail, exempt, self.kinds.get(result.kind, ""))
            return ", ".join(part for part in parts if part)
        return None


class PaletteRowPainter(QStyledItemDelegate):
    """46 pixels each; the chosen row has its key beside it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.current = 0
        self.alike_word = ""
        self.exempt_word = ""
        self.kinds: dict[str, str] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(400, self._theme.scaled(self._theme.tokens.size("palette-row")))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        result = index.data(RESULT_ROLE)
        if not isinstance(result, PaletteResult):
            return
        theme = self._theme
        rect: QRect = option.rect
        chosen = index.row() == self.current
        painter.save()
        painter.fillRect(rect, theme.color("action-soft" if chosen else "surface"))
        if chosen:
            thick = int(theme.tokens.table["focus"]["width"])
            painter.setPen(QPen(theme.color("focus"), thick, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        middle = rect.top() + rect.height() / 2
        app = AppModel("", "", "", result.icon_svg, result.icon)
        icon = theme.app_icon(app, "text-soft", 20)
        painter.drawPixmap(QPointF(rect.left() + 21, middle - 10), icon)
        right = self._draw_right(painter, rect, middle, result, chosen)
        runs = self._text_runs(result)
        baseline = centered_baseline(theme.metrics("row-name"), QRectF(rect))
        end = draw_runs(painter, rect.left() + TEXT_LEFT, baseline, runs)
        room = right - end - 13 - 12
        detail = theme.metrics("small").elidedText(result.detail, Qt.TextElideMode.ElideRight, int(room))
        soft = Run(detail, theme.font("small"), theme.color("text-soft"), before=13)
        draw_runs(painter, end, baseline, [soft])
        painter.restore()

    def _draw_right(
        self, painter: QPainter, rect: QRect, middle: float, result: PaletteResult, chosen: bool
    ) -> float:
        """Kind, keys and tag, from the right; answers where the room for text ends."""
        theme = self._theme
        kind = self.kinds.get(result.kind, "")
        metrics = theme.metrics("small")
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text-soft"))
        baseline = centered_baseline(metrics, QRectF(rect))
        painter.drawText(QPointF(rect.right() - RIGHT - metrics.horizontalAdvance(kind), baseline), kind)
        column = max((metrics.horizontalAdvance(word) for word in self.kinds.values()), default=0)
        right = float(rect.right() - RIGHT - column - 26)
        keys = result.keys or (("Enter",) if chosen else ())
        if keys:
            left = right - caps_width(theme, keys, 12)
            draw_caps(painter, theme, keys, left, middle, "text-soft", 12)
            right = left - 12
        tags = (("alike", self.alike_word, result.alike), ("exempt", self.exempt_word, result.pkce_exempt))
        for look, word, there in tags:
            if there:
                left = right - tag_width(theme, word)
                draw_tag(painter, theme, look, word, left, middle)
                right = left
        return right

    def _text_runs(self, result: PaletteResult) -> list[Run]:
        """Matched letters bold and underlined; a family name bold throughout."""
        theme = self._theme
        text = result.shown
        bold_until = len(result.name.family) if result.name is not None else 0
        differs = frozenset(result.name.differs_family) if result.name is not None else frozenset()
        matched = {index for start, length in result.match for index in range(start, start + length)}
        runs: list[Run] = []
        start = 0
        for index in range(1, len(text) + 1):
            same = index < len(text) and _look(index, matched, bold_until) == _look(
                start, matched, bold_until
            )
            if same:
                continue
            bold, lined = _look(start, matched, bold_until)
            part = text[start:index]
            letters = (
                frozenset(range(len(part)))
                if lined
                else frozenset(letter - start for letter in differs if start <= letter < index)
            )
            font = theme.font("row-name", 700 if bold else 400, name=True)
            runs.append(Run(part, font, theme.color("text"), letters))
            start = index
        return runs

    def text_width(self, result: PaletteResult) -> int:
        return runs_width(self._text_runs(result))


def _look(index: int, matched: set[int], bold_until: int) -> tuple[bool, bool]:
    return index in matched or index < bold_until, index in matched
