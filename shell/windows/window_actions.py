"""What the palette can do besides opening patients and apps: it depends on what is in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from context.pane_state import State
from shell.presenters.palette import ActionEntry
from shell.theme.theme import TEXT_SIZES
from shell.translations import LANGUAGES
from shell.windows.shortcuts import SHORTCUTS

if TYPE_CHECKING:
    from shell.widgets.pane_frame import PaneFrame
    from shell.windows.main_window import MainWindow

CAPS = {row.name: row.caps for row in SHORTCUTS}


@dataclass(frozen=True, slots=True)
class WindowAction:
    """``name`` is the shortcut's where there is one: both do the same."""

    name: str
    text: str
    icon: str
    run: Callable[[], object]


class WindowActions(QObject):
    """Only what works now is offered. ``entries()`` for the palette, ``run(name)`` for the chosen one."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def entries(self) -> list[ActionEntry]:
        """In the order in which they are shown: pane, patient, place, look, user."""
        return [
            ActionEntry(action.name, action.text, action.icon, CAPS.get(action.name, ()))
            for action in self._all()
        ]

    def run(self, name: str) -> bool:
        """Do it; False when it is not offered any more."""
        action = next((action for action in self._all() if action.name == name), None)
        if action is None:
            return False
        action.run()
        return True

    def _all(self) -> Iterator[WindowAction]:
        desk = self._window.desk
        area = desk.front_area()
        if not desk.at_start and area is not None and (key := area.focused_pane()) is not None:
            yield from self._of_pane(area.pane(key))
        yield from self._of_patients()
        yield from self._of_look()
        window = self._window
        yield WindowAction("help", self.tr("Vis alle taster"), "help", window.show_keys)
        yield WindowAction("about", self.tr("Om Vaktrom"), "info", window.about_asked.emit)
        yield WindowAction("access", self.tr("Tilganger du har gitt"), "info", window.access_asked.emit)
        yield WindowAction("privacy", self.tr("Skjul skjermen"), "eyeoff", window.privacy.cover)
        yield WindowAction("lock", self.tr("Lås"), "lock", window.lock_asked.emit)
        yield WindowAction("log-out", self.tr("Logg ut"), "logout", window.log_out_asked.emit)

    def _of_pane(self, frame: PaneFrame) -> Iterator[WindowAction]:
        window, model, key = self._window, frame.model, frame.key
        app = model.app.name
        if model.state is State.PINNED:
            text = self.tr("Slipp {app}").format(app=app)
            yield WindowAction("pin", text, "pin", partial(window.pane_release_asked.emit, key))
        else:
            if model.state is State.FOLLOWING and model.may_pin and model.effective is not None:
                name = model.effective.name.full
                text = self.tr("Fest {app} til {name}").format(app=app, name=name)
                yield WindowAction("pin", text, "pin", partial(window.pane_pin_asked.emit, key))
            text = self.tr("Synkroniser {app}").format(app=app)
            yield WindowAction("sync", text, "sync", partial(window.pane_sync_asked.emit, key))
        zooms = (
            ("zoom-in", self.tr("Større i {app}"), "plus", 1),
            ("zoom-out", self.tr("Mindre i {app}"), "list", -1),
            ("zoom-reset", self.tr("Vanlig størrelse i {app}"), "stay", 0),
        )
        for name, text, icon, step in zooms:
            if step != 0 or frame.look.percent != 100:
                yield WindowAction(name, text.format(app=app), icon, partial(frame.zoom, step))
        text = self.tr("Lukk {app}").format(app=app)
        yield WindowAction("close-pane", text, "x", partial(window.pane_close_asked.emit, key))

    def _of_patients(self) -> Iterator[WindowAction]:
        window = self._window
        tabs = window.desk.top.tabs()
        front = next(
            (tab.model for tab in tabs if tab.model and tab.model.key == window.active_patient), None
        )
        if front is not None:
            text = self.tr("Lukk {name}").format(name=front.patient.name.full)
            yield WindowAction("close-patient", text, "x", window.close_front_patient)
        if len(tabs) > (1 if front is not None else 0):
            text = self.tr("Neste pasient")
            yield WindowAction("next-patient", text, "switch", partial(window.keys.run, "next-patient"))
        if window.desk.at_start and window.desk.start.front() is not window.desk.start.overview:
            text = self.tr("Hent lista på nytt")
            yield WindowAction("reload", text, "sync", window.list_reload_asked.emit)
            text = self.tr("Filtrer lista")
            yield WindowAction("filter", text, "search", partial(window.keys.run, "filter"))
        if not window.desk.at_start:
            yield WindowAction("home", self.tr("Gå til startlista"), "home", window.home_asked.emit)

    def _of_look(self) -> Iterator[WindowAction]:
        window, menus = self._window, self._window.menus
        for name, word in menus.theme_words().items():
            if name != window.theme.choice and "desktop.theme" not in menus.fixed:
                text = self.tr("Utseende: {choice}").format(choice=word)
                yield WindowAction(f"theme-{name}", text, "settings", partial(menus.choose_theme, name))
        for code, word in LANGUAGES.items():
            if code != window.language and "desktop.language" not in menus.fixed:
                text = self.tr("Språk: {choice}").format(choice=word)
                yield WindowAction(f"language-{code}", text, "settings", partial(menus.choose_language, code))
        for percent in TEXT_SIZES:
            if percent != window.theme.percent and "desktop.text_size" not in menus.fixed:
                text = self.tr("Tekststørrelse: {percent} %").format(percent=percent)
                yield WindowAction(f"text-{percent}", text, "settings", partial(menus.choose_size, percent))
