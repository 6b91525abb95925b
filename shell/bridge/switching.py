"""Before a change of patient that the shell starts: unsaved work is asked about, never dropped (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject

from shell.bridge.pane_controller import PaneController
from shell.presenters.view_models import AppModel, PatientRef, UnsavedModel
from shell.windows.main_window import MainWindow

Describe = Callable[[str | None], PatientRef | None]


class UnsavedQuestion(QObject):
    """Asks every pane, then the user about each pane that has unsaved work, then goes on or stays."""

    def __init__(self, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._unsaved: list[PaneController] = []
        self._waiting = 0
        self._go: Callable[[], None] | None = None
        self._stay: Callable[[], None] = lambda: None
        self._describe: Describe = lambda _: None
        self._target: PatientRef | None = None
        self._may_pin = True
        self._round = 0
        window.question_answered.connect(self._answered)

    @property
    def asking(self) -> bool:
        return self._go is not None

    def drop(self) -> None:
        """The screen is being locked: nothing is asked and nothing goes on."""
        self._round += 1
        self._go, self._unsaved = None, []

    def ask(
        self,
        panes: Sequence[PaneController],
        describe: Describe,
        target: PatientRef | None,
        go: Callable[[], None],
        stay: Callable[[], None] = lambda: None,
        *,
        may_pin: bool = True,
    ) -> None:
        """Call ``go`` when nothing is unsaved or the user says so, else ``stay``. One question at a time."""
        if self.asking:
            return
        self._go, self._stay, self._describe, self._target, self._may_pin = (
            go,
            stay,
            describe,
            target,
            may_pin,
        )
        self._unsaved = []
        self._round += 1
        self._waiting = len(panes)
        if not panes:
            self._next()
        for pane in panes:
            pane.ask_unsaved(partial(self._heard, self._round, pane))

    def _heard(self, asked: int, pane: PaneController, unsaved: bool) -> None:
        if asked != self._round:
            return
        self._waiting -= 1
        if unsaved:
            self._unsaved.append(pane)
        if self._waiting == 0:
            self._next()

    def _next(self) -> None:
        if not self._unsaved:
            go, self._go = self._go, None
            if go is not None:
                go()
            return
        pane = self._unsaved[0]
        source = self._describe(pane.effective_patient)
        if source is None:
            self._unsaved.pop(0)
            self._next()
            return
        app = AppModel(pane.app.client_id, pane.app.name, pane.app.vendor, pane.app.icon_svg)
        self._window.ask_unsaved(
            UnsavedModel(app, source, self._target, datetime.now().astimezone(), self._may_pin)
        )

    def _answered(self, choice: str) -> None:
        if not self.asking or not self._unsaved:
            return
        self._window.end_question()
        pane = self._unsaved.pop(0)
        if choice == "stay":
            self._go, self._unsaved = None, []
            self._stay()
            return
        if choice == "pin" and not pane.pin():
            self._go, self._unsaved = None, []
            self._stay()
            return
        self._next()
