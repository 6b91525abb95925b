"""The GP's inbox beside the day's list: what waits, how many, deviations in red."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from shell.presenters.view_models import InboxModel
from shell.theme.theme import Theme
from shell.widgets.kept import delete_later
from shell.widgets.runs import centered_baseline
from shell.widgets.themed import ThemedWidget, label

ROW = 52


class InboxRow(QAbstractButton):
    """One line; opens its app."""

    def __init__(self, theme: Theme, model: InboxModel, note: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model, self._note = theme, model, note
        self.setAccessibleName(", ".join(part for part in (model.text, str(model.count), note) if part))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("ring", "inside")

    def sizeHint(self) -> QSize:
        return QSize(218, self._theme.scaled(ROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, model = self._theme, self._model
        if self.underMouse():
            painter.fillRect(self.rect(), theme.color("surface-hover"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("line"))
        painter.drawPixmap(QPointF(14, (self.height() - 20) / 2), theme.icon(model.icon, "text", 20))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("body"))
        middle = QRectF(self.rect())
        baseline = centered_baseline(theme.metrics("body"), middle)
        painter.drawText(QPointF(48, baseline - (9 if self._note else 0)), model.text)
        painter.setFont(theme.font("banner-fact", 700))
        count = str(model.count)
        width = theme.metrics("banner-fact", 700).horizontalAdvance(count)
        painter.drawText(QPointF(self.width() - 15 - width, baseline + 1), count)
        if self._note:
            danger = theme.color("danger")
            painter.setBrush(danger)
            painter.setPen(Qt.PenStyle.NoPen)
            bottom = baseline + 10
            points = [QPointF(48, bottom), QPointF(58, bottom), QPointF(53, bottom - 9)]
            painter.drawPolygon(QPolygonF(points))
            painter.setPen(danger)
            painter.setFont(theme.font("small", 600))
            painter.drawText(QPointF(62, baseline + 10), self._note)


class InboxPanel(ThemedWidget):
    """``opened(key)``."""

    opened = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._models: tuple[InboxModel, ...] = ()
        self._rows: list[InboxRow] = []
        self.title = label("strong", self)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(1, 11, 1, 1)
        self._box.setSpacing(0)
        self._box.addWidget(self.title)
        self._box.addSpacing(10)
        self.title.setIndent(14)
        self.setFixedWidth(220)
        self.retranslate()

    def set_items(self, models: tuple[InboxModel, ...]) -> None:
        if models == self._models and self._rows:
            return
        self._models = models
        self._fill()

    def retranslate(self) -> None:
        self.title.setText(self.tr("Innboks"))
        self.setAccessibleName(self.tr("Innboks"))
        self._fill()

    def rows(self) -> list[InboxRow]:
        return list(self._rows)

    def _fill(self) -> None:
        for row in self._rows:
            self._box.removeWidget(row)
            row.hide()
            delete_later(row)
        self._rows = []
        for model in self._models:
            note = self.tr("{count} avvik").format(count=model.deviations) if model.deviations else ""
            row = InboxRow(self.theme, model, note, self)
            row.clicked.connect(lambda _checked=False, key=model.key: self.opened.emit(key))
            self._box.addWidget(row)
            self._rows.append(row)
        self.setVisible(bool(self._models))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("line"), 1))
        painter.setBrush(self.theme.color("surface"))
        radius = self.theme.tokens.radius("pane")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
