"""The table models of the start lists: rows as they are drawn, filtered by tag and by words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from shell.presenters.view_models import VisitRowModel, WardRowModel
from shell.widgets.list_columns import ListColumn

RowFilter = Literal["all", "overdue", "now", "new"]
Row = TypeVar("Row", WardRowModel, VisitRowModel)
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


class ListModel(QAbstractTableModel, Generic[Row]):
    """Rows in the order they came; ``say`` and ``head`` are given by the list, which can translate."""

    def __init__(self, columns: Sequence[ListColumn], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._all: tuple[Row, ...] = ()
        self._shown: list[Row] = []
        self._filter: RowFilter = "all"
        self._words = ""
        self._say: Callable[[Row], str] = lambda row: row.name.full
        self._heads: dict[str, str] = {}

    def set_rows(self, rows: Sequence[Row], say: Callable[[Row], str]) -> None:
        """``say`` makes the sentence of a row for who listens. Follow with ``set_filter``, which shows them."""
        self._all = tuple(rows)
        self._say = say

    def set_heads(self, heads: dict[str, str]) -> None:
        self._heads = heads
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def set_filter(self, kind: RowFilter, words: str) -> None:
        """Both have to fit; words are looked for in name, room and reason."""
        self._filter, self._words = kind, words.casefold().strip()
        self._refresh()

    @property
    def filter(self) -> RowFilter:
        return self._filter

    @property
    def words(self) -> str:
        return self._words

    def everything(self) -> tuple[Row, ...]:
        return self._all

    def rows(self) -> list[Row]:
        return self._shown

    def row(self, number: int) -> Row | None:
        return self._shown[number] if 0 <= number < len(self._shown) else None

    def number_of(self, key: str) -> int:
        """The shown row with this key, or -1."""
        return next((number for number, row in enumerate(self._shown) if row.key == key), -1)

    def _refresh(self) -> None:
        self.beginResetModel()
        every = self._filter == "all" and not self._words
        self._shown = list(self._all) if every else [row for row in self._all if self._fits(row)]
        self.endResetModel()

    def _fits(self, row: Row) -> bool:
        if isinstance(row, WardRowModel):
            urgency = row.due.urgency if row.due else ""
            if self._filter in ("overdue", "now") and urgency != self._filter:
                return False
            found_in = f"{row.room} {row.name.full} {row.name.given} {row.name.family} {row.why}"
        else:
            found_in = f"{row.name.full} {row.name.given} {row.name.family} {row.why}"
            if not row.key:
                return not self._words
        if self._filter == "new" and not row.news:
            return False
        return all(word in found_in.casefold() for word in self._words.split())

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._say(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, self.columns[index.column()].name)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads.get(self.columns[section].name, "")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row(index.row())
        if row is None or not row.key:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _text(self, row: Row, column: str) -> str:
        if column == "name":
            return row.name.full
        if column == "why":
            return row.why
        if column == "news":
            return row.news
        if isinstance(row, WardRowModel):
            texts = {
                "room": row.room,
                "due": row.due.text if row.due else "",
                "observed": row.observation,
            }
            return texts.get(column, "")
        return f"{row.start:%H:%M}" if column == "time" and row.start else ""
