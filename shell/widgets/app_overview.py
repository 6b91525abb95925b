"""The start page of a user without a list of patients: who he is here, and which apps are installed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from shell.presenters.view_models import EmptyModel, OverviewAppModel, OverviewModel
from shell.theme.theme import Theme
from shell.widgets.app_texts import AppTexts
from shell.widgets.button import Button
from shell.widgets.kept import delete_later
from shell.widgets.runs import centered_baseline
from shell.widgets.tag import draw_tag
from shell.widgets.themed import ThemedWidget, label

ICON = 24
LEFT = 18
WIDEST = 860


class OverviewRow(ThemedWidget):
    """One app: icon, name, vendor, how it goes along with a change of patient."""

    def __init__(self, theme: Theme, model: OverviewAppModel, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._model = model
        self._app_texts = AppTexts(self)
        self._words: dict[str, str] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ring", "inside")
        self.retranslate()

    def retranslate(self) -> None:
        self._words = {
            "fhircast": self.tr("Følger pasienten selv"),
            "relaunch": self.tr("Åpnes på nytt for hver pasient"),
            "pin": self.tr("Blir hos den den ble åpnet for"),
        }
        app = self._model.app
        parts = (app.name, app.vendor, self._app_texts.exemption(app), self._follows())
        self.setAccessibleName(", ".join(part for part in parts if part))

    def sizeHint(self) -> QSize:
        return QSize(400, self.theme.scaled(self.theme.tokens.size("row-touch")))

    def _follows(self) -> str:
        return self._words.get(self._model.follows, "")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, app = self.theme, self._model.app
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        painter.drawPixmap(QPointF(LEFT, (self.height() - ICON) / 2), theme.app_icon(app, "text", ICON))
        left = LEFT + ICON + 14
        strong, soft = theme.metrics("control", 700), theme.metrics("body")
        baseline = centered_baseline(strong, self.rect())
        painter.setFont(theme.font("control", 700))
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(left, baseline), app.name)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text-soft"))
        after_name = left + strong.horizontalAdvance(app.name) + 14
        painter.drawText(QPointF(after_name, baseline), app.vendor)
        end: float = after_name + soft.horizontalAdvance(app.vendor)
        if exempt := self._app_texts.exemption(app):
            end = draw_tag(painter, theme, "exempt", exempt, end + 14, self.height() / 2)
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text-soft"))
        right = self.width() - LEFT - soft.horizontalAdvance(self._follows())
        if right > end + 24:
            painter.drawText(QPointF(right, baseline), self._follows())


class AppOverview(ThemedWidget):
    """``search_asked()`` and ``help_asked()`` from its buttons."""

    search_asked = Signal()
    help_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._rows: list[OverviewRow] = []
        self.title = label("title", self)
        self.text = label("sub", self, wrap=True)
        self.head = label("strong", self)
        self.search = Button(theme, "primary", "search", self)
        self.search.clicked.connect(self.search_asked)
        self.keys = Button(theme, "secondary", "help", self)
        self.keys.clicked.connect(self.help_asked)
        self.view = QScrollArea(self)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setWidgetResizable(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list = QWidget(self.view)
        self._list_box = QVBoxLayout(self._list)
        self._list_box.setContentsMargins(1, 1, 1, 1)
        self._list_box.setSpacing(0)
        self._list_box.addStretch(1)
        self.view.setWidget(self._list)
        self.view.viewport().setAutoFillBackground(False)
        self._list.setAutoFillBackground(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.search)
        buttons.addWidget(self.keys)
        buttons.addStretch(1)
        self._column = QWidget(self)
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.title, self.text):
            column.addWidget(part)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addSpacing(22)
        column.addWidget(self.head)
        column.addWidget(self.view, 1)
        self._column.setMaximumWidth(WIDEST)
        margin = theme.tokens.size("page-margin")
        box = QHBoxLayout(self)
        box.setContentsMargins(margin, 12, margin, margin)
        box.addWidget(self._column, 1)
        box.addStretch(0)
        self.retranslate()
        self.restyle()

    def set_overview(self, model: OverviewModel) -> None:
        self.title.setText(model.title)
        self.text.setText(model.text)
        for row in self._rows:
            self._list_box.removeWidget(row)
            row.hide()
            delete_later(row)
        self._rows = [OverviewRow(self.theme, app, self._list) for app in model.apps]
        for number, row in enumerate(self._rows):
            self._list_box.insertWidget(number, row)
        self.head.setVisible(bool(self._rows))
        self._say_count()

    def clear(self) -> None:
        """Nothing of the last user stays."""
        self.set_overview(OverviewModel("", "", ()))

    def set_empty(self, model: EmptyModel | None) -> None:
        """There is no list here that could be empty."""

    def focus_list(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_filter(self) -> None:
        self.focus_list()

    def retranslate(self) -> None:
        self.search.say(self.tr("Søk etter en person"), self.tr("Søk etter en person, Ctrl K"))
        self.keys.say(self.tr("Alle taster"), self.tr("Alle taster, F1"))
        self._say_count()

    def restyle(self) -> None:
        self._column.setMaximumWidth(self.theme.scaled(WIDEST))

    def _say_count(self) -> None:
        self.head.setText(self.tr("Installerte apper: {count}").format(count=len(self._rows)))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("line"), 1))
        painter.setBrush(self.theme.color("surface"))
        radius = self.theme.tokens.radius("pane")
        place = QRectF(self.view.geometry().translated(self._column.pos()))
        needed = sum(row.sizeHint().height() for row in self._rows) + 2
        place.setHeight(min(place.height(), needed))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
