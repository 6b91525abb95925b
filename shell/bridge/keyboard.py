"""Where the keyboard goes when a patient or an app has come to the front: into the page, once it can be used."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from context.pane_state import State
from shell.widgets.pane_area import PaneArea
from shell.widgets.pane_frame import PaneFrame
from shell.windows.main_window import MainWindow


class Keyboard:
    """While the page is covered the banner has the keyboard; whoever takes it elsewhere in the meantime keeps it there."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._wanted: tuple[str, str] | None = None

    def go_to(self, area_key: str, pane: str | None = None) -> None:
        """The user has brought this area to the front: into ``pane``, or the one that had the keyboard last."""
        area = self._window.area(area_key)
        key = pane or area.focused_pane()
        self._wanted = (area_key, key) if key is not None else None
        if key is None or not self._may_move():
            return
        area.show_pane(key)
        area.note_focus(key)
        if not self._enter(area.pane(key)):
            self._window.desk.banner.setFocus(Qt.FocusReason.OtherFocusReason)

    def look(self) -> None:
        """Something was drawn anew: the page that is waited for may be ready, or the keyboard be nowhere."""
        area = self._window.desk.front_area()
        if area is None or not self._may_move():
            return
        key = self._waited_for(area) or area.focused_pane()
        if key is None or not self._free(area, key):
            return
        if self._enter(area.pane(key)):
            self._wanted = None

    def _waited_for(self, area: PaneArea) -> str | None:
        if self._wanted is None:
            return None
        area_key, key = self._wanted
        panes = area.keys()
        if self._window.desk.areas.get(area_key) is area and key in panes:
            return key
        self._wanted = None
        return None

    def _free(self, area: PaneArea, key: str) -> bool:
        """Whether nobody else has the keyboard."""
        focused = QApplication.focusWidget()
        if focused is None:
            return self._window.isActiveWindow()
        waiting = self._wanted is not None and self._wanted[1] == key
        if waiting and focused is not self._window.desk.banner:
            self._wanted = None
        return self._wanted is not None

    def _enter(self, frame: PaneFrame) -> bool:
        covered = frame.covered and frame.model.state is not State.OUT_OF_SYNC
        if covered or frame.model.suspended or frame.holder.current() is None:
            return False
        frame.focus_content()
        return True

    def _may_move(self) -> bool:
        window = self._window
        in_front = window.page is window.desk and not window.desk.at_start
        return in_front and window.overlay.dialog is None and QApplication.activePopupWidget() is None
