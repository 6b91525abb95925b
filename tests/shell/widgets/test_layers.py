"""Layers over each other, and what of them is laid out and painted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLayout, QLayoutItem, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import getAllValidWrappers

from shell.theme.theme import Theme
from shell.widgets.layers import Layers
from shell.windows.desk import Desk


class Events(QObject):
    """Counts the events of one type that come to a widget."""

    def __init__(self, kind: QEvent.Type) -> None:
        super().__init__()
        self.count = 0
        self._kind = kind

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == self._kind
        return False


def watched(widget: QWidget, kind: QEvent.Type) -> Events:
    events = Events(kind)
    widget.installEventFilter(events)
    return events


def test_the_layout_s_own_items_are_never_held(qtbot: QtBot) -> None:
    """Mutant: pages are asked for through the layout's items. Qt deletes these by itself, Python keeps what stood for
    them, and whatever Qt later puts in the same place of memory is taken for the item."""
    before = items_held()
    layers = Layers()
    qtbot.addWidget(layers)
    pages = [QWidget(), QWidget()]
    for page in pages:
        layers.add(page)
    layers.bring(pages[1])
    assert layers.pages() == pages
    assert items_held() == before


def items_held() -> int:
    return sum(
        isinstance(held, QLayoutItem) for held in getAllValidWrappers() if not isinstance(held, QLayout)
    )


def test_a_resting_layer_keeps_its_height_until_it_comes_back(qtbot: QtBot) -> None:
    """Mutants: every page is laid out anew for a height that nobody sees; one that comes back keeps it; panes that are
    opened below the list stand in a place without a width."""
    layers, front, back = Layers(resting=True), QWidget(), QWidget()
    qtbot.addWidget(layers)
    for page in (front, back):
        layers.add(page)
    layers.resize(400, 300)
    layers.show()
    layers.bring(back)
    layers.bring(front)
    sizes = watched(back, QEvent.Type.Resize)
    layers.resize(400, 200)
    qtbot.waitUntil(lambda: front.size() == layers.size())
    assert sizes.count == 0
    layers.resize(500, 200)
    qtbot.waitUntil(lambda: back.width() == 500)
    layers.bring(back)
    assert back.size() == layers.size()


def test_the_panes_come_back_from_the_start_list_to_the_size_that_they_had(
    qtbot: QtBot, theme: Theme
) -> None:
    """Mutant: the banner that goes and comes has every web page laid out twice."""
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(1366, 768)
    desk = Desk(theme, holder)
    desk.resize(holder.size())
    holder.show()
    desk.show_panes()
    qtbot.waitUntil(lambda: desk.panes.size() == desk.body.size())
    sizes = watched(desk.panes, QEvent.Type.Resize)
    desk.show_start()
    qtbot.waitUntil(lambda: desk.start.height() == desk.body.height() > desk.panes.height())
    desk.show_panes()
    qtbot.waitUntil(lambda: desk.panes.size() == desk.body.size())
    assert sizes.count == 0


def test_what_lies_below_a_whole_page_is_not_painted(qtbot: QtBot, theme: Theme, qapp: QApplication) -> None:
    """Mutant: the start list is painted below the panes whenever they are."""
    holder = QWidget()
    qtbot.addWidget(holder)
    desk = Desk(theme, holder)
    holder.resize(1366, 768)
    desk.resize(holder.size())
    holder.show()
    area = desk.add_area("one")
    desk.bring_area("one")
    desk.show_panes()
    qtbot.waitExposed(holder)
    qapp.processEvents()
    below, above = watched(desk.start, QEvent.Type.Paint), watched(area, QEvent.Type.Paint)
    area.update()
    qtbot.waitUntil(lambda: above.count > 0)
    qapp.processEvents()
    assert below.count == 0
