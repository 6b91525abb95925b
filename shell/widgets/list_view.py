"""The table of a start list: rows of 44, keyboard, one click opens."""

from __future__ import annotations

from heapq import nlargest
from typing import Any

from PySide6.QtCore import QElapsedTimer, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from shell.theme.theme import Theme
from shell.widgets.list_columns import ColumnName, fitted
from shell.widgets.list_model import Index, ListModel
from shell.widgets.row_painter import FIRST_PADDING, RowPainter, has_value
from shell.widgets.runs import centered_baseline

TYPED_WITHIN_MS = 1000
MEASURED = 12
MOST_WORDS = 210
"""What was seen, in words, may be cut beyond these pixels; what was measured never is."""


class ListHeader(QHeaderView):
    """The head row: quiet words above the columns."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(0)

    def sizeHint(self) -> QSize:
        return QSize(100, self._theme.scaled(self._theme.tokens.size("row-head")))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme = self._theme
        painter.fillRect(rect, theme.color("surface-alt"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("line"))
        text = self.model().headerData(logicalIndex, Qt.Orientation.Horizontal)
        painter.setFont(theme.font("label"))
        painter.setPen(theme.color("text-soft"))
        left = rect.left() + (FIRST_PADDING if logicalIndex == 0 else 0)
        metrics = theme.metrics("label")
        painter.drawText(left, round(centered_baseline(metrics, rect)), str(text or ""))


class ListView(QTableView):
    """``opened(key, in_new_tab)``. One click, Enter; Ctrl Enter; Home, End; letters and digits jump."""

    opened = Signal(str, bool)

    def __init__(self, theme: Theme, model: ListModel[Any], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._list = model
        self._typed = ""
        self._typing = QElapsedTimer()
        self.painter = RowPainter(theme, self)
        self.setModel(model)
        self.setItemDelegate(self.painter)
        self.setHorizontalHeader(ListHeader(theme, self))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setProperty("ring", "rows")
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.restyle)
        model.modelReset.connect(self._reset)
        self.restyle()

    def restyle(self) -> None:
        """Rows and columns for the size of text."""
        height = self._theme.scaled(self._theme.tokens.size("row-touch"))
        self.verticalHeader().setMinimumSectionSize(20)
        self.verticalHeader().setDefaultSectionSize(height)
        self._fit()
        self.viewport().update()

    def go_to(self, number: int) -> None:
        """Make a row the current one, passing over breaks."""
        rows = self._list.rows()
        if rows:
            number = max(0, min(number, len(rows) - 1))
            before = self.painter.current
            self.setCurrentIndex(self._list.index(number, 1))
            self.painter.current = number
            self._draw_rows(before, number)

    def set_opening(self, keys: frozenset[str]) -> None:
        """Rows that were opened and are on their way."""
        changed = keys ^ self.painter.opening
        if changed:
            self.painter.opening = keys
            self._draw_rows(*(self._list.number_of(key) for key in changed))

    def _draw_rows(self, *numbers: int) -> None:
        """Paint these rows anew; a number that is no row's is nobody's."""
        for number in numbers:
            if number >= 0:
                top, height = self.rowViewportPosition(number), self.rowHeight(number)
                self.viewport().update(QRect(0, top, self.viewport().width(), height))

    def current_key(self) -> str:
        row = self._list.row(self.currentIndex().row())
        return row.key if row is not None else ""

    def open_current(self, *, in_new_tab: bool) -> None:
        key = self.current_key()
        if key:
            self.opened.emit(key, in_new_tab)

    # keys and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        modifiers = event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        number = self.currentIndex().row()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_current(in_new_tab=control)
        elif key == Qt.Key.Key_Home:
            self._step(0, 1)
        elif key == Qt.Key.Key_End:
            self._step(len(self._list.rows()) - 1, -1)
        elif key == Qt.Key.Key_Down and not control:
            self._step(number + 1, 1)
        elif key == Qt.Key.Key_Up and not control:
            self._step(number - 1, -1)
        elif event.text().isalnum() and not control and not modifiers & Qt.KeyboardModifier.AltModifier:
            self._jump(event.text())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are handled in ``keyPressEvent``; Qt's own search would look at cut columns."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self.rowAt(event.position().toPoint().y())
        if number != self.painter.hovered:
            before, self.painter.hovered = self.painter.hovered, number
            self._draw_rows(before, number)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        before, self.painter.hovered = self.painter.hovered, -1
        self._draw_rows(before)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            index = self.indexAt(event.position().toPoint())
            if index.isValid() and index.row() == self.currentIndex().row():
                control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self.open_current(in_new_tab=control)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.painter.current = current.row() if self.hasFocus() else -1
        self._draw_rows(previous.row(), current.row())

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.go_to(0)
        self.painter.current = self.currentIndex().row()
        self._draw_rows(self.painter.current)

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        before, self.painter.current = self.painter.current, -1
        self._draw_rows(before)

    def _step(self, number: int, step: int) -> None:
        while (row := self._list.row(number)) is not None and not row.key:
            number += step
        if self._list.row(number) is not None:
            self.go_to(number)

    def _jump(self, text: str) -> None:
        """To the next row whose family name, or room, begins with what is typed within a second."""
        running = self._typing.isValid() and self._typing.elapsed() < TYPED_WITHIN_MS
        same_letter = self._typed == text.casefold()
        self._typed = (self._typed + text if running and not same_letter else text).casefold()
        self._typing.start()
        rows = self._list.rows()
        start = self.currentIndex().row() + (1 if len(self._typed) == 1 else 0)
        for offset in range(len(rows)):
            number = (start + offset) % len(rows)
            row = rows[number]
            first = getattr(row, "room", "") if self._typed[0].isdigit() else row.name.family
            if row.key and first.casefold().startswith(self._typed):
                self.go_to(number)
                return

    # drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self.currentIndex().isValid():
            top = self.rowViewportPosition(self.currentIndex().row())
            height = self.rowHeight(self.currentIndex().row())
            width = sum(self.columnWidth(column) for column in range(len(self._list.columns)))
            thick = int(self._theme.tokens.table["focus"]["width"])
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self._theme.color("focus"), thick, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(QRect(1, top + 1, width - thick + 1, height - thick))

    def _fit(self) -> None:
        widths = fitted(self._list.columns, self.viewport().width(), self._theme.percent, self.least())
        for number, column in enumerate(self._list.columns):
            width = widths[column.name]
            self.setColumnHidden(number, width == 0)
            self.setColumnWidth(number, width)

    def least(self) -> dict[ColumnName, int]:
        """Pixels for what is never cut: names with their tags, and what was measured."""
        rows = [row for row in self._list.everything() if row.key]
        longest = nlargest(MEASURED, rows, key=lambda row: len(row.name.full))
        tagged = nlargest(MEASURED, rows, key=lambda row: (row.alike + row.cave, len(row.name.full)))
        names = (self.painter.name_width(row) for row in (*longest, *tagged))
        found: dict[ColumnName, int] = {"name": max(names, default=0)}
        if any(column.name == "observed" for column in self._list.columns):
            seen = nlargest(MEASURED, rows, key=lambda row: len(row.observation))
            measured = [row for row in rows if has_value(row.observation)]
            values = nlargest(MEASURED, measured, key=lambda row: len(row.observation))
            most = self._theme.scaled(MOST_WORDS)
            words = max((self.painter.observed_width(row) for row in seen), default=0)
            found["observed"] = max(
                min(words, most), max((self.painter.observed_width(row) for row in values), default=0)
            )
        return found

    def _reset(self) -> None:
        self._fit()
        self.painter.hovered = -1
        base = self._theme.scaled(self._theme.tokens.size("row-touch"))
        for number, row in enumerate(self._list.rows()):
            if not row.key:
                self.setRowHeight(number, base - 10)
