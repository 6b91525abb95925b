"""The desk: rail, top strip, banner, strip, and below them the start list or the panes (the grid of the direction)."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from shell.theme.theme import Theme
from shell.widgets.app_overview import AppOverview
from shell.widgets.app_rail import AppRail
from shell.widgets.kept import delete_later
from shell.widgets.layers import Layers
from shell.widgets.message_strip import MessageStrip
from shell.widgets.pane_area import PaneArea
from shell.widgets.patient_banner import PatientBanner
from shell.widgets.practice_list import PracticeList
from shell.widgets.program_strip import ProgramStrip
from shell.widgets.themed import ThemedWidget
from shell.widgets.toasts import Toasts
from shell.widgets.top_strip import TopStrip
from shell.widgets.ward_list import WardList

TOAST_MARGIN = 16
StartView = WardList | PracticeList | AppOverview


class StartPage(ThemedWidget):
    """Ward or GP list, or the overview of who has neither; whichever was set last."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.ward = WardList(theme, self)
        self.practice = PracticeList(theme, self)
        self.overview = AppOverview(theme, self)
        self.lists = QStackedWidget(self)
        for page in (self.ward, self.practice, self.overview):
            self.lists.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.lists)
        self.fills_itself()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("canvas"))

    def bring(self, which: StartView) -> None:
        """Show one of the lists; the keyboard goes from the rows of one to the rows of the other."""
        if self.front() is which:
            return
        had_keyboard = self.front().view.hasFocus()
        self.lists.setCurrentWidget(which)
        if had_keyboard:
            which.focus_list()

    def clear(self) -> None:
        """Nothing of the last user."""
        for page in (self.ward, self.practice, self.overview):
            page.clear()

    def front(self) -> StartView:
        current = self.lists.currentWidget()
        return current if isinstance(current, PracticeList | AppOverview) else self.ward


class Desk(ThemedWidget):
    """Everything that stands between sign-in and lock."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.rail = AppRail(theme, self)
        self.top = TopStrip(theme, self)
        self.banner = PatientBanner(theme, self)
        self.strip = MessageStrip(theme, self)
        self.programs = ProgramStrip(theme, self)
        self.start = StartPage(theme, self)
        self.panes = Layers(self)
        self.body = Layers(self, resting=True)
        self.body.add(self.panes)
        self.body.add(self.start)
        self.areas: dict[str, PaneArea] = {}
        self._nobody = PaneArea(theme, self)
        self.panes.add(self._nobody)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top, self.banner, self.strip, self.programs):
            column.addWidget(part)
        column.addWidget(self.body, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        self.toasts = Toasts(theme, self)
        self.toasts.resized.connect(self.place_toasts)
        self.fills_itself()
        self.show_start()

    @property
    def at_start(self) -> bool:
        return self.body.current() is self.start

    def show_start(self) -> None:
        """The list lies above the panes, which go on painting below it and keep their size: they come back to the same."""
        self.banner.hide()
        self.body.bring(self.start)

    def show_panes(self) -> None:
        self.body.raise_layer(self.panes)
        self.banner.show()
        self.body.fit()

    def add_area(self, key: str) -> PaneArea:
        area = PaneArea(self.theme, self)
        self.areas[key] = area
        self.panes.add(area)
        area.show()
        current = self.panes.current()
        if current is not None:
            self.panes.bring(current)
        return area

    def bring_area(self, key: str) -> None:
        """Raises KeyError for an area that is not there."""
        self.panes.bring(self.areas[key])

    def remove_area(self, key: str) -> None:
        area = self.areas.pop(key, None)
        if area is not None:
            if self.panes.current() is area:
                self.panes.bring(self._nobody)
            self.panes.remove(area)
            area.hide()
            delete_later(area)

    def front_area(self) -> PaneArea | None:
        current = self.panes.current()
        return current if isinstance(current, PaneArea) and current is not self._nobody else None

    def place_toasts(self) -> None:
        """Bottom right of the panes."""
        self.toasts.resize(self.toasts.sizeHint())
        corner = self.body.mapTo(self, QPoint(self.body.width(), self.body.height()))
        size = self.toasts.size()
        self.toasts.move(corner.x() - size.width() - TOAST_MARGIN, corner.y() - size.height() - TOAST_MARGIN)
        self.toasts.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_toasts()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("canvas"))
