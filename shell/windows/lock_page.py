"""The lock page: clock, place, who, since when; nothing of any patient, no app, no count (08)."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from shell.presenters.view_models import EmptyModel, LockModel
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.curtain import IconLabel
from shell.widgets.formats import clock_text, day_text
from shell.widgets.night import STEP_X, NightField
from shell.widgets.themed import ThemedWidget, label
from shell.windows.menus import Menus
from shell.windows.view_slot import ViewSlot

COLUMN_LEFT = 812
BUTTON_WIDTH = 320


class PageMark(ThemedWidget):
    """The mark beside the name."""

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).drawPixmap(QPointF(0, 0), self.theme.mark(30, night=True))

    def sizeHint(self) -> QSize:
        return QSize(30, 30)


class LockPage(ThemedWidget):
    """``unlock_asked()``, ``log_out_asked()``, ``acted(key)`` from the button of an error."""

    unlock_asked = Signal()
    log_out_asked = Signal()
    acted = Signal(str)

    def __init__(self, theme: Theme, menus: Menus, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._model: LockModel | None = None
        self._now: datetime | None = None
        self._night = NightField(theme, 7, self)
        self.clock = label("night-clock", self)
        self.place = label("night-place", self)
        self.brand = label("night-name", self)
        self.brand.setText("Vaktrom")
        mark = PageMark(theme, self)
        mark.setFixedSize(30, 30)
        self.title = label("night-title", self, wrap=True)
        self.text = label("night", self, wrap=True)
        self.unlock = Button(theme, "lamp", "", self)
        self.log_out = Button(theme, "night", "logout", self)
        self.hint = label("night-small", self, wrap=True)
        self.look = Button(theme, "night", "", self)
        for button in (self.unlock, self.log_out, self.look):
            button.setProperty("ring-color", "lamp")
        self.unlock.clicked.connect(self.unlock_asked)
        self.log_out.clicked.connect(self.log_out_asked)
        self.look.clicked.connect(lambda: menus.themes(self.look))
        self.slot = ViewSlot(theme, self)
        self.slot.acted.connect(self.acted)
        self.slot.ended.connect(self._ended)
        self.slot.hide()
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(mark)
        head.addWidget(self.brand, 1)
        head.addWidget(self.look)
        self._buttons = QWidget(self)
        buttons = QVBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(10)
        for widget in (self.unlock, self.log_out, self.hint):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        self._buttons.setFixedWidth(BUTTON_WIDTH)
        column = QVBoxLayout()
        column.setContentsMargins(0, 36, 36, 24)
        column.setSpacing(8)
        column.addLayout(head)
        column.addSpacing(58)
        heading = QHBoxLayout()
        heading.setSpacing(12)
        self._lock_icon = IconLabel(theme, 26, self)
        self._lock_icon.set_icon("lock", "on-night")
        heading.addWidget(self._lock_icon)
        heading.addWidget(self.title, 1)
        column.addLayout(heading)
        column.addWidget(self.text)
        column.addSpacing(20)
        column.addWidget(self._buttons, 1)
        column.addWidget(self.slot, 100)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(COLUMN_LEFT, 0, 0, 0)
        self._row.addLayout(column, 1)
        self.retranslate()

    def show_lock(self, model: LockModel) -> None:
        """Who has locked, and since when; the login page of an earlier unlocking is gone."""
        self._model = model
        self.clear_view()
        self.retranslate()
        self.unlock.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_now(self, now: datetime) -> None:
        self._now = now
        self._say_clock()

    def set_view(self, view: QWidget) -> None:
        """The login page with which the same user unlocks."""
        self.slot.show()
        self.unlock.hide()
        self._buttons.setMaximumHeight(self.log_out.sizeHint().height())
        self.hint.hide()
        self.slot.set_view(view)

    def set_loading(self) -> None:
        self.slot.show()
        self.slot.set_loading()

    def set_error(self, model: EmptyModel) -> None:
        """Why unlocking did not work; *Lås opp* is there again."""
        self.clear_view()
        self.text.setText(f"{model.title} {model.text}".strip())

    def clear_view(self) -> None:
        self.slot.clear()
        self.slot.hide()
        self.unlock.show()
        self.hint.show()
        self._buttons.setMaximumHeight(16_777_215)

    def _ended(self) -> None:
        """A login that came to nothing: *Lås opp* is there again."""
        self.clear_view()
        if self.isVisible():
            self.unlock.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Låst"))
        self.unlock.say(self.tr("Lås opp"))
        self.look.say(self.tr("Utseende"))
        model = self._model
        if model is None:
            return
        self.title.setText(self.tr("Låst av {name}").format(name=model.user.name))
        since = clock_text(model.since)
        self.text.setText(self.tr("Siden kl. {time}. Ingen pasientopplysninger vises.").format(time=since))
        self.log_out.say(self.tr("Logg ut {name}").format(name=model.user.first_name))
        self.hint.setText(
            self.tr(
                "{name} låser opp ved å logge inn på nytt. Skal en annen bruke maskinen, må {name} logges ut først."
            ).format(name=model.user.first_name)
        )
        self._say_clock()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._night.setGeometry(self.rect())
        self._night.lower()
        left = min(COLUMN_LEFT, self.width() - 554)
        self._row.setContentsMargins(left, 0, 0, 0)
        self._night.set_columns(min(7, (left - 60) // STEP_X))
        self._place_clock()

    def _say_clock(self) -> None:
        if self._now is None:
            return
        self.clock.setText(clock_text(self._now))
        day = day_text(self.locale(), self._now.date())
        place = self._model.place if self._model is not None else ""
        self.place.setText(f"{day} · {place}" if place else day)
        self._place_clock()

    def _place_clock(self) -> None:
        self.clock.adjustSize()
        self.place.adjustSize()
        self.place.move(36, self.height() - 36 - self.place.height())
        self.clock.move(36, self.place.y() - self.clock.height() + 8)
