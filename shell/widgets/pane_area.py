"""The pane area of one patient tab: frames side by side, below each other and as tabs, never taken from their parent.

A web view that changes its parent loses frames, so the area places its frames itself instead of nesting splitters.
All frames stay shown; in a place the current one lies above the others, which are out of reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from context.pane_state import State
from shell.presenters.view_models import PaneModel
from shell.theme.theme import Theme
from shell.widgets.kept import delete_later
from shell.widgets.layers import set_reachable
from shell.widgets.pane_frame import PaneFrame
from shell.widgets.pane_layout import GAP, Column, PaneLayout
from shell.widgets.themed import ThemedWidget

KEY_STEP = 24


class SplitLine(QWidget):
    """The gap between two columns or two places: dragged, or moved with the arrow keys. ``moved(position)``."""

    moved = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._upright = True
        self._moved: Callable[[int], None] = lambda position: None
        self._grip = 0
        self.moved.connect(lambda position: self._moved(position))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("ring", "inside")
        self.setAccessibleName(self.tr("Skillelinje mellom paneler"))

    def serve(self, upright: bool, moved: Callable[[int], None]) -> None:
        """Stand between columns (``upright``) or places; ``moved`` takes the new position in pixels of the area."""
        self._upright, self._moved = upright, moved
        self.setCursor(Qt.CursorShape.SplitHCursor if upright else Qt.CursorShape.SplitVCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        self._grip = point.x() if self._upright else point.y()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            point = self.mapToParent(event.position().toPoint())
            self.moved.emit((point.x() if self._upright else point.y()) - self._grip + GAP // 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        start = self.x() if self._upright else self.y()
        self.moved.emit(start + GAP // 2 + step * KEY_STEP)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.underMouse():
            middle = QRect(3, 3, 2, self.height() - 6) if self._upright else QRect(3, 3, self.width() - 6, 2)
            QPainter(self).fillRect(middle, self._theme.color("line-strong"))


class PaneArea(ThemedWidget):
    """Holds the frames of one patient tab.

    Signals of its frames, with the pane's key: ``pin_asked``, ``release_asked``, ``sync_asked``, ``close_asked``,
    ``about_asked``, ``answered(pane, question, allowed)``, ``state_told(sentence)``; and ``visible_changed()``,
    ``pane_focused(key)``.
    """

    pin_asked = Signal(str)
    release_asked = Signal(str)
    sync_asked = Signal(str)
    close_asked = Signal(str)
    about_asked = Signal(str)
    answered = Signal(str, str, bool)
    state_told = Signal(str)
    visible_changed = Signal()
    pane_focused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._frames: dict[str, PaneFrame] = {}
        self._lines: list[SplitLine] = []
        self._focused: str | None = None
        self._layout = PaneLayout(least_width=self._least_width())
        self.fills_itself()

    def restyle(self) -> None:
        """Larger text needs wider panes."""
        least = self._least_width()
        if least != self._layout.least_width:
            self._layout.least_width = least
            self._arrange()

    def _least_width(self) -> int:
        """Grows by 60 % of what the text grows by: pages wrap, headers give way."""
        least = self.theme.tokens.size("pane-min-width")
        return least + least * (self.theme.percent - 100) * 6 // 1000

    # panes

    def add_pane(self, model: PaneModel, beside: str | None = None) -> PaneFrame:
        """A new pane; ``beside`` is a pane in whose place it becomes a tab."""
        frame = PaneFrame(self.theme, model, self)
        for signal, target in (
            (frame.pin_asked, self.pin_asked),
            (frame.release_asked, self.release_asked),
            (frame.sync_asked, self.sync_asked),
            (frame.close_asked, self.close_asked),
            (frame.about_asked, self.about_asked),
            (frame.answered, self.answered),
            (frame.state_told, self.state_told),
        ):
            signal.connect(target)
        frame.tab_chosen.connect(self.focus_pane)
        frame.apart_asked.connect(self._apart)
        self._frames[model.key] = frame
        self._layout.add(model.key, beside)
        frame.show()
        self._arrange()
        return frame

    def set_pane(self, model: PaneModel) -> None:
        """Draw a pane anew. Raises KeyError for a pane that is not there."""
        frame = self._frames[model.key]
        if frame.model == model:
            return
        frame.set_pane(model)
        place = self._layout.place_of(model.key)
        if place is not None and len(place.keys) > 1:
            self._tell_siblings()

    def remove_pane(self, key: str) -> None:
        """Take a pane away; the frame is destroyed with the views that are still in it."""
        frame = self._frames.pop(key, None)
        if frame is None:
            return
        self._layout.remove(key)
        if self._focused == key:
            self._focused = None
        frame.hide()
        delete_later(frame)
        self._arrange()

    def pane(self, key: str) -> PaneFrame:
        """Raises KeyError for a pane that is not there."""
        return self._frames[key]

    def keys(self) -> tuple[str, ...]:
        return tuple(key for place in self._layout.places() for key in place.keys)

    def visible_panes(self) -> tuple[str, ...]:
        """Panes in front in their place."""
        return tuple(place.current for place in self._layout.places())

    def focused_pane(self) -> str | None:
        """The pane that has, or last had, the keyboard."""
        return self._focused if self._focused in self._frames else next(iter(self.visible_panes()), None)

    def focus_pane(self, key: str) -> None:
        """Bring a pane to the front of its place and put the keyboard into it."""
        self.show_pane(key)
        if key in self._frames:
            self._frames[key].focus_content()
            self.note_focus(key)

    def show_pane(self, key: str) -> None:
        """Bring a pane to the front of its place."""
        place = self._layout.place_of(key)
        if place is not None and place.current != key:
            place.current = key
            self._arrange()

    def next_in_place(self, step: int) -> None:
        """Ctrl PgDn (1) and Ctrl PgUp (-1)."""
        place = self._layout.place_of(self.focused_pane() or "")
        if place is not None and len(place.keys) > 1:
            self.focus_pane(place.keys[(place.keys.index(place.current) + step) % len(place.keys)])

    def note_focus(self, key: str) -> None:
        """The keyboard is in this pane now."""
        if key != self._focused:
            self._focused = key
            self.pane_focused.emit(key)

    def pane_with(self, widget: QWidget | None) -> str | None:
        """The key of the pane that holds ``widget``."""
        while widget is not None and widget is not self:
            if isinstance(widget, PaneFrame):
                return widget.key
            widget = widget.parentWidget()
        return None

    # geometry

    @property
    def layout_model(self) -> PaneLayout:
        return self._layout

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _inner(self) -> QRect:
        gap = self.theme.tokens.size("pane-gap")
        return self.rect().adjusted(gap, gap, -gap, -gap)

    def _arrange(self) -> None:
        inner = self._inner()
        self._layout.fit(inner.width(), inner.height())
        visible = set(self.visible_panes())
        for place, box in self._layout.boxes():
            rect = QRect(inner.left() + box.left, inner.top() + box.top, box.width, box.height)
            for key in place.keys:
                self._frames[key].setGeometry(rect)
                set_reachable(self._frames[key], key in visible)
            self._frames[place.current].raise_()
        self._place_lines(inner)
        self._tell_siblings()
        self.visible_changed.emit()
        self.update()

    def _tell_siblings(self) -> None:
        for place in self._layout.places():
            models = [self._frames[key].model for key in place.keys]
            for model in models:
                self._frames[model.key].set_pane(model, models)

    def _place_lines(self, inner: QRect) -> None:
        """Lines that stay are the same objects, or the mouse would lose its grip of the one that it drags."""
        wanted = list(self._gaps(inner))
        while len(self._lines) > len(wanted):
            line = self._lines.pop()
            line.hide()
            delete_later(line)
        for number, (rect, upright, moved) in enumerate(wanted):
            if number == len(self._lines):
                self._lines.append(SplitLine(self.theme, self))
            line = self._lines[number]
            line.serve(upright, moved)
            line.setGeometry(rect)
            line.show()

    def _gaps(self, inner: QRect) -> Iterator[tuple[QRect, bool, Callable[[int], None]]]:
        """Where lines stand, whether upright, and what moving them does."""
        boxes = {id(place): box for place, box in self._layout.boxes()}
        for index, column in enumerate(self._layout.columns):
            first = boxes[id(column.places[0])]
            if index + 1 < len(self._layout.columns):
                left = inner.left() + first.left + first.width
                yield QRect(left, inner.top(), GAP, inner.height()), True, partial(self._move_column, index)
            for row, place in enumerate(column.places[:-1]):
                box = boxes[id(place)]
                rect = QRect(inner.left() + box.left, inner.top() + box.top + box.height, box.width, GAP)
                yield rect, False, partial(self._move_place, column, row)

    def _move_column(self, index: int, position: int) -> None:
        self._layout.move_column(index, position - self._inner().left())
        self._rearrange()

    def _move_place(self, column: Column, row: int, position: int) -> None:
        self._layout.move_place(column, row, position - self._inner().top())
        self._rearrange()

    def _rearrange(self) -> None:
        """After a drag: only where things stand has changed."""
        inner = self._inner()
        for place, box in self._layout.boxes():
            for key in place.keys:
                rect = QRect(inner.left() + box.left, inner.top() + box.top, box.width, box.height)
                self._frames[key].setGeometry(rect)
        self._place_lines(inner)

    def _apart(self, key: str) -> None:
        self._layout.apart(key)
        self._arrange()

    def lines(self) -> list[SplitLine]:
        return list(self._lines)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("canvas"))
        if self._frames:
            return
        middle = self.rect().center()
        painter.drawPixmap(middle - QPoint(18, 60), self.theme.icon("grid", "text-soft", 36))
        painter.setPen(self.theme.color("text"))
        painter.setFont(self.theme.font("curtain-title"))
        line = QRect(0, middle.y() - 8, self.width(), 28)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self.tr("Ingen app er åpen"))
        painter.setPen(self.theme.color("text-soft"))
        painter.setFont(self.theme.font("body"))
        hint = self.tr("Velg en app til venstre, eller trykk Alt 1.")
        painter.drawText(line.translated(0, 30), Qt.AlignmentFlag.AlignCenter, hint)

    def take_language(self, language: str) -> None:
        """Tell every page which language the desktop has now."""
        for frame in self._frames.values():
            frame.take_language(language)

    def covered_by_state(self, state: State) -> tuple[str, ...]:
        """Keys of panes in ``state``."""
        return tuple(key for key, frame in self._frames.items() if frame.model.state is state)
