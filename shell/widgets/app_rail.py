"""The rail: one place per app, its state as a shape; below it help and settings."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from context.pane_state import State
from shell.presenters.view_models import AppModel, ProgramModel, RailItemModel
from shell.theme.theme import Theme
from shell.widgets.app_texts import AppTexts
from shell.widgets.kept import delete_later
from shell.widgets.plain_tip import plain_tip
from shell.widgets.program_texts import ProgramTexts
from shell.widgets.shapes import draw_pane_state
from shell.widgets.themed import ThemedWidget

MARK = 28
SHORTCUTS = 9


class RailItem(QAbstractButton):
    """88 × 64: icon, name, state. ``model`` None for help and settings."""

    def __init__(self, theme: Theme, parent: QWidget, icon: str = "", height: int | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._height = height or theme.tokens.size("rail-item")
        self.model: RailItemModel | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("ring", "inside")
        theme.changed.connect(self._resize)
        self._resize()

    def show_app(self, model: RailItemModel, tip: str) -> None:
        self.model = model
        self.setText(model.app.name)
        self.setToolTip(plain_tip(tip))
        self.setAccessibleName(tip)
        self.update()

    def say(self, text: str) -> None:
        self.setText(text)
        self.setToolTip(plain_tip(text))
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.rail_width, self._height)

    def _resize(self) -> None:
        self.setFixedHeight(self._height + self._theme.scaled(16) - 16)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, model = self._theme, self.model
        visible = model is not None and model.visible
        lines = theme.high_contrast
        if visible:
            painter.fillRect(self.rect(), theme.color("surface"))
            if lines:
                painter.setPen(QPen(theme.color("line"), 2))
                painter.drawRect(self.rect())
        elif self.isDown():
            painter.fillRect(self.rect(), theme.color("surface-press"))
        elif self.underMouse():
            painter.fillRect(self.rect(), theme.color("surface-hover"))
        if model is not None and model.focused:
            painter.fillRect(
                QRect(0, 0, theme.tokens.table["border"]["rail-active"], self.height()), theme.color("action")
            )
        ink = "text" if visible else "text-soft"
        size = theme.tokens.size("icon-rail")
        left, top = (self.width() - size) / 2, (self._height - 42) / 2
        pixmap = theme.app_icon(model.app, ink, size) if model else theme.icon(self._icon, ink, size)
        painter.drawPixmap(QPointF(left, top), pixmap)
        self._draw_name(painter, ink, top + size + 2, bold=visible)
        if model is not None and model.state not in (None, State.CLOSED):
            assert model.state is not None
            place = QRectF(left + size + 2, top - 2, 10, 10)
            state = State.CHANGING if model.suspended else model.state
            draw_pane_state(painter, theme, state, place, model.pinned_slot)

    def _draw_name(self, painter: QPainter, ink: str, top: float, *, bold: bool) -> None:
        weight = 700 if bold else 500
        metrics = self._theme.metrics("label", weight)
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - 6)
        painter.setFont(self._theme.font("label", weight))
        painter.setPen(self._theme.color(ink))
        rect = QRectF(0, top, self.width(), self.height() - top - 4)
        painter.drawText(rect, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)


class AppRail(ThemedWidget):
    """``app_asked(key)``, ``program_asked(key)``, ``all_apps_asked()``, ``help_asked()``, ``settings_asked()``."""

    app_asked = Signal(str)
    program_asked = Signal(str)
    all_apps_asked = Signal()
    help_asked = Signal()
    settings_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._app_texts = AppTexts(self)
        self._items: list[RailItem] = []
        self._models: tuple[RailItemModel, ...] = ()
        self._program_texts = ProgramTexts(self)
        self._program_items: list[RailItem] = []
        self._program_models: tuple[ProgramModel, ...] = ()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, theme.tokens.size("top-strip"), 1, 8)
        self._box.setSpacing(0)
        self._line = QWidget(self)
        self._line.setFixedHeight(17)
        self.all_apps = RailItem(theme, self, "grid")
        self.all_apps.clicked.connect(self.all_apps_asked)
        self.help = RailItem(theme, self, "help", 58)
        self.help.clicked.connect(self.help_asked)
        self.settings = RailItem(theme, self, "settings", 58)
        self.settings.clicked.connect(self.settings_asked)
        self._box.addWidget(self._line)
        self._box.addWidget(self.all_apps)
        self._box.addStretch(1)
        self._box.addWidget(self.help)
        self._box.addWidget(self.settings)
        self.retranslate()
        self.restyle()

    def set_items(self, models: tuple[RailItemModel, ...]) -> None:
        """Apps in their order; those that find no room are reached through *Alle apper*."""
        while len(self._items) > len(models):
            gone = self._items.pop()
            self._box.removeWidget(gone)
            delete_later(gone)
        while len(self._items) < len(models):
            item = RailItem(self.theme, self)
            item.clicked.connect(self._clicked)
            self._box.insertWidget(len(self._items), item)
            self._items.append(item)
        self._models = models
        self._show_models()
        self._fit()

    def set_programs(self, models: tuple[ProgramModel, ...]) -> None:
        """Programs with windows of their own, below *Alle apper*; they always find room."""
        while len(self._program_items) > len(models):
            gone = self._program_items.pop()
            self._box.removeWidget(gone)
            delete_later(gone)
        while len(self._program_items) < len(models):
            item = RailItem(self.theme, self)
            item.clicked.connect(self._program_clicked)
            self._box.insertWidget(self._box.indexOf(self.all_apps) + 1 + len(self._program_items), item)
            self._program_items.append(item)
        self._program_models = models
        self._show_programs()
        self._fit()

    def items(self) -> list[RailItem]:
        return list(self._items)

    def programs(self) -> list[RailItem]:
        return list(self._program_items)

    def app_at(self, number: int) -> AppModel | None:
        """The app under Alt ``number`` (1 to 9)."""
        return self._models[number - 1].app if 0 < number <= len(self._models) else None

    def state_word(self, state: State | None) -> str:
        """The word that the shape stands for."""
        words = {
            None: self.tr("Lukket"),
            State.CLOSED: self.tr("Lukket"),
            State.CHANGING: self.tr("Laster på nytt"),
            State.ASKING: self.tr("Venter på svaret ditt"),
            State.FOLLOWING: self.tr("Følger"),
            State.PINNED: self.tr("Festet"),
            State.OUT_OF_SYNC: self.tr("Ute av takt"),
        }
        return words[state]

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Apper"))
        self.all_apps.say(self.tr("Alle apper"))
        self.help.say(self.tr("Hjelp"))
        self.settings.say(self.tr("Oppsett"))
        self._show_models()
        self._show_programs()

    def restyle(self) -> None:
        self.setFixedWidth(self.theme.rail_width)
        self._fit()

    def focus_first(self) -> None:
        shown = [item for item in self._items if not item.isHidden()]
        focused = [item for item in shown if item.model is not None and item.model.focused]
        ((focused or shown or [self.all_apps])[0]).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("chrome"))
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), self.theme.color("line"))
        strip = self.theme.tokens.size("top-strip")
        painter.drawPixmap(QPointF((self.width() - MARK) / 2, (strip - MARK) / 2), self.theme.mark(MARK))
        line = self._line.geometry()
        painter.fillRect(QRect(14, line.center().y(), self.width() - 29, 1), self.theme.color("line"))

    def _clicked(self) -> None:
        item = self.sender()
        if isinstance(item, RailItem) and item.model is not None:
            self.app_asked.emit(item.model.app.key)

    def _program_clicked(self) -> None:
        item = self.sender()
        if isinstance(item, RailItem) and item.model is not None:
            self.program_asked.emit(item.model.app.key)

    def _show_programs(self) -> None:
        for item, model in zip(self._program_items, self._program_models, strict=False):
            app = AppModel(model.key, model.name, "", icon="door")
            slot = model.elsewhere.slot if model.elsewhere is not None else None
            state = State.CHANGING if model.waits else model.state
            shown = RailItemModel(app, state, pinned_slot=slot, suspended=model.suspended)
            item.show_app(shown, self._program_texts.tip(model))

    def _show_models(self) -> None:
        for number, (item, model) in enumerate(zip(self._items, self._models, strict=False), 1):
            word = self.tr("Kobler til") if model.suspended else self.state_word(model.state)
            parts = [model.app.name, model.app.vendor, word, self._app_texts.exemption(model.app)]
            if number <= SHORTCUTS:
                parts.append(f"Alt {number}")
            item.show_app(model, " · ".join(part for part in parts if part))

    def _fit(self) -> None:
        """Hide closed apps from the end until the rest has room."""
        fixed = self._line.height() + self.all_apps.height() + self.help.height() + self.settings.height()
        room = (
            self.height() - self._box.contentsMargins().top() - self._box.contentsMargins().bottom() - fixed
        )
        room -= sum(item.height() for item in self._program_items)
        shown = list(self._items)
        closed = [item for item in reversed(shown) if item.model is None or item.model.state is None]
        while shown and sum(item.height() for item in shown) > room and closed:
            shown.remove(closed.pop(0))
        for item in self._items:
            item.setVisible(item in shown)
