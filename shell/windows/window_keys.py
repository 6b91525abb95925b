"""What each key of the table does in the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from context.pane_state import State

if TYPE_CHECKING:
    from shell.windows.main_window import MainWindow

ZOOMS = {"zoom-in": 1, "zoom-out": -1, "zoom-reset": 0}
Region = tuple[QWidget, Callable[[], None]]


class WindowKeys(QObject):
    """``run(name)`` for a row of the table. While the question stands only its own keys and the lock do anything; while the
    screen is blank (F12) only what shows it again, and the lock."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def run(self, name: str) -> None:
        window = self._window
        if name == "privacy":
            window.privacy.toggle()
            return
        if window.privacy.blank:
            self._while_blank(name)
            return
        dialog = window.overlay.dialog
        if dialog is window.question and name != "lock":
            if name == "pin" and window.question.pin.isVisible():
                window.question.answered.emit("pin")
            return
        if dialog is window.palette_view and name == "palette":
            window.close_palette()
            return
        if dialog is window.keys_help and name == "help":
            window.keys_help.left.emit()
            return
        if name.startswith("app-"):
            self._app(int(name.removeprefix("app-")))
            return
        doing: dict[str, Callable[[], None]] = {
            "palette": window.open_palette,
            "lock": window.lock_asked.emit,
            "home": window.home_asked.emit,
            "filter": self._filter,
            "next-patient": lambda: self._patient(1),
            "previous-patient": lambda: self._patient(-1),
            "next-region": lambda: self.cycle(1),
            "previous-region": lambda: self.cycle(-1),
            "pin": lambda: self._pane("pin"),
            "sync": lambda: self._pane("sync"),
            "close-pane": lambda: self._pane("close"),
            "close-patient": window.close_front_patient,
            "previous-in-place": lambda: self._pane("previous"),
            "next-in-place": lambda: self._pane("next"),
            "zoom-in": lambda: self._pane("zoom-in"),
            "zoom-out": lambda: self._pane("zoom-out"),
            "zoom-reset": lambda: self._pane("zoom-reset"),
            "help": window.show_keys,
        }
        doing[name]()

    def _while_blank(self, name: str) -> None:
        """Nothing but the lock, whose page shows nobody and may be seen."""
        if name == "lock":
            self._window.lock_asked.emit()
            if self._window.page is self._window.lock:
                self._window.privacy.show_again()

    def cycle(self, step: int) -> None:
        """F6: rail, tabs, banner, panes in turn; on the start list: rail, tabs, list."""
        regions = self._regions()
        focused = QApplication.focusWidget()
        here = next(
            (
                index
                for index, (widget, _) in enumerate(regions)
                if focused is not None and (widget is focused or widget.isAncestorOf(focused))
            ),
            -1 if step > 0 else 0,
        )
        regions[(here + step) % len(regions)][1]()

    def _regions(self) -> list[Region]:
        desk = self._window.desk
        regions: list[Region] = [(desk.rail, desk.rail.focus_first), (desk.top, desk.top.focus_tabs)]
        if desk.at_start:
            regions.append((desk.start, desk.start.front().focus_list))
            return regions
        shortcut = Qt.FocusReason.ShortcutFocusReason
        regions.append((desk.banner, lambda: desk.banner.setFocus(shortcut)))
        area = desk.front_area()
        if area is not None:
            for key in area.visible_panes():
                regions.append((area.pane(key), lambda key=key: area.focus_pane(key)))  # type: ignore[misc]
        return regions

    def _app(self, number: int) -> None:
        app = self._window.desk.rail.app_at(number)
        if app is not None:
            self._window.app_asked.emit(app.key)

    def _filter(self) -> None:
        window = self._window
        if window.desk.at_start:
            window.desk.start.front().focus_filter()

    def _patient(self, step: int) -> None:
        """The start list is not one of the patients; from there it goes to the first or the last."""
        window = self._window
        keys = window.desk.top.keys()
        if not keys:
            return
        start = -1 if step > 0 else 0
        index = (keys.index(window.active_patient) if window.active_patient in keys else start) + step
        target = keys[index % len(keys)]
        if target != window.active_patient:
            window.tab_chosen.emit(target)

    def _pane(self, what: str) -> None:
        window = self._window
        area = window.desk.front_area()
        if window.desk.at_start or area is None:
            return
        key = area.focused_pane()
        if key is None:
            return
        if what == "pin":
            window.pin_or_release(area)
        elif what == "sync":
            window.pane_sync_asked.emit(self._out_of_step(key))
        elif what == "close":
            window.pane_close_asked.emit(key)
        elif what in ZOOMS:
            area.pane(key).zoom(ZOOMS[what])
        else:
            area.next_in_place(1 if what == "next" else -1)

    def _out_of_step(self, key: str) -> str:
        """The pane with the keyboard; if that one is well, the first that is out of sync."""
        area = self._window.desk.front_area()
        assert area is not None
        if area.pane(key).model.state is State.OUT_OF_SYNC:
            return key
        return next(iter(area.covered_by_state(State.OUT_OF_SYNC)), key)
