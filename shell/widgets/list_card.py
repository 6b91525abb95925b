"""The framed table of a start list, or what stands in its place when there is nothing to show."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from shell.presenters.view_models import EmptyModel
from shell.theme.theme import Theme
from shell.widgets.empty_view import EmptyView
from shell.widgets.list_model import ListModel
from shell.widgets.list_view import ListView
from shell.widgets.themed import ThemedWidget


class ListCard(ThemedWidget):
    """Holds ``view`` and ``empty``."""

    def __init__(self, theme: Theme, model: ListModel[Any], parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.view = ListView(theme, model, self)
        self.empty = EmptyView(theme, self)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        self._stack = QStackedLayout()
        box.addLayout(self._stack)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.empty)

    def show_empty(self, model: EmptyModel | None) -> None:
        """``None`` shows the table."""
        if model is not None:
            self.empty.show_empty(model)
        self._stack.setCurrentWidget(self.view if model is None else self.empty)

    def is_empty(self) -> bool:
        return self._stack.currentWidget() is self.empty

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("line"), 1))
        painter.setBrush(self.theme.color("surface"))
        radius = self.theme.tokens.radius("pane")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
