"""Before work would be lost by what the shell does: unsaved work is asked about, never dropped (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject

from shell.bridge.pane_controller import PaneController
from shell.bridge.tab_controller import Settled
from shell.presenters.view_models import PatientRef, PersonName, UnsavedModel, UnsavedStep
from shell.web.probes import Draft
from shell.windows.main_window import MainWindow

UNNAMED = PatientRef("", PersonName("–"))
"""Nobody's work is lost because nothing more is known of him."""

Describe = Callable[[str | None], PatientRef | None]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is about to happen to ``panes``: the ``step``, and to whom it leads."""

    panes: Sequence[PaneController]
    step: UnsavedStep
    target: PatientRef | None = None


class UnsavedQuestion(QObject):
    """Asks every pane, then the user about each pane that has unsaved work, then goes on or stays.

    ``pin_failed()``: the pane could not be kept, and so nothing goes on.
    """

    def __init__(
        self, window: MainWindow, describe: Describe, pin_failed: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._describe = describe
        self._pin_failed = pin_failed
        self._leaving = Leaving((), "change")
        self._unsaved: list[tuple[PaneController, Draft]] = []
        self._calm: set[PaneController] = set()
        self._seals: set[tuple[PaneController, tuple[str, int]]] = set()
        self._given_up: set[PaneController] = set()
        self._waiting = 0
        self._go: Callable[[Settled], None] | None = None
        self._stay: Callable[[], None] = lambda: None
        self._round = 0
        window.question_answered.connect(self._answered)

    @property
    def asking(self) -> bool:
        return self._go is not None

    def forget(self, pane: PaneController) -> None:
        """The pane is gone, or its patient has changed: what is asked about it is asked no longer."""
        if self.asking and pane in self._leaving.panes:
            self.drop()

    def drop(self) -> None:
        """The screen is being locked, the user leaves, or a pane is not as it was: nothing is asked, nothing goes on."""
        self._round += 1
        self._go, self._unsaved = None, []
        self._window.end_question()

    def ask(
        self, leaving: Leaving, go: Callable[[Settled], None], stay: Callable[[], None] = lambda: None
    ) -> None:
        """Call ``go`` when nothing is unsaved or the user says so, else ``stay``. One question at a time."""
        if self.asking:
            return
        leaving = replace(leaving, panes=tuple(leaving.panes))
        self._leaving, self._go, self._stay = leaving, go, stay
        self._unsaved, self._calm, self._given_up = [], set(), set()
        self._seals = {(pane, seal) for pane in leaving.panes if (seal := pane.seal) is not None}
        self._round += 1
        self._waiting = len(leaving.panes)
        if not leaving.panes:
            self._next()
        for pane in leaving.panes:
            pane.ask_unsaved(partial(self._heard, self._round, pane))

    def _heard(self, asked: int, pane: PaneController, draft: Draft) -> None:
        if asked != self._round:
            return
        self._waiting -= 1
        if draft.unsaved:
            self._unsaved.append((pane, draft))
        else:
            self._calm.add(pane)
        if self._waiting == 0:
            self._next()

    def _next(self) -> None:
        if not self._unsaved:
            go, self._go = self._go, None
            if go is not None:
                calm = frozenset(self._calm)
                seals = frozenset((pane, seal) for pane, seal in self._seals if pane in calm)
                go(Settled(frozenset(self._given_up), calm, seals))
            return
        pane, draft = self._unsaved[0]
        source = self._describe(pane.effective_patient) or UNNAMED
        leaving = self._leaving
        may_pin = leaving.step == "change"
        self._window.ask_unsaved(
            UnsavedModel(pane.app.model, source, leaving.target, draft.edited, may_pin, leaving.step)
        )

    def _answered(self, choice: str) -> None:
        if not self.asking or not self._unsaved:
            return
        self._window.end_question()
        pane, _ = self._unsaved.pop(0)
        if choice == "stay":
            self._end()
        elif choice == "pin":
            pane.pin(partial(self._pinned, self._round))
        else:
            self._given_up.add(pane)
            self._next()

    def _pinned(self, asked: int, pinned: bool) -> None:
        if asked != self._round or not self.asking:
            return
        if pinned:
            self._next()
        else:
            self._end()
            self._pin_failed()

    def _end(self) -> None:
        self._go, self._unsaved = None, []
        self._stay()
