"""Programs with windows of their own beside the desktop: what is said of them in front of which patient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from context.pane_state import GOOD_ANSWER_WITHIN, Reason, State
from shell.bridge.patient_references import PatientReferences
from shell.bridge.patient_tabs import PatientTabs
from shell.bridge.tab_controller import TabController
from shell.presenters.programs import Program
from shell.presenters.view_models import ProgramModel
from shell.widgets.later import Later
from shell.windows.main_window import MainWindow

LOOK_MS = 500
Told = tuple[State, Reason | None, str | None]
"""What is put away; a program that is not connected is warned of once, all else once for each patient."""


class ProgramWatch(QObject):
    """Takes the gateway's facts and draws rail and strip. ``monotonic`` in seconds: an answer may be too late."""

    def __init__(
        self,
        window: MainWindow,
        tabs: PatientTabs,
        references: PatientReferences,
        monotonic: Callable[[], float],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._tabs = tabs
        self._references = references
        self._monotonic = monotonic
        self._programs: dict[str, Program] = {}
        self._waits: dict[str, tuple[str | None, float]] = {}
        self._put_away: dict[str, Told] = {}
        self._late = Later(self, self.draw, LOOK_MS)
        self.wiring = ((window.program_asked, self._say), (window.program_put_away, self._hide))

    def take_all(self, facts: list[dict[str, Any]]) -> None:
        """Everything that the gateway knows now; whoever is missing is not connected any more."""
        here = {str(fact["client_id"]) for fact in facts}
        for name in self._programs.keys() - here:
            self._programs[name] = gone(self._programs[name])
        for fact in facts:
            self._take(fact)
        self.draw()

    def take(self, fact: dict[str, Any]) -> None:
        """One fact of type ``program``."""
        self._take(fact)
        self.draw()

    def _take(self, fact: dict[str, Any]) -> None:
        name = str(fact["client_id"])
        self._programs[name] = Program.from_fact(fact, self._programs.get(name))

    def draw(self) -> None:
        """Towards the patient in front; on the start list there is nobody to confuse."""
        for program in self._programs.values():
            self._clock(program)
        now = self._monotonic()
        if (
            any(now - since < GOOD_ANSWER_WITHIN for _, since in self._waits.values())
            and not self._late.waits
        ):
            self._late()
        front = self._tabs.front
        models = [self._model(program, front) for program in self._programs.values()] if front else []
        self._window.set_programs(tuple(models))

    def clear(self) -> None:
        """Nothing of this user."""
        self._late.stop()
        self._programs.clear()
        self._window.set_programs(())

    def _clock(self, program: Program) -> None:
        """Since when it has been behind the patient of its own tab."""
        tab = self._tabs.of_topic(program.topic)
        patient = tab.patient_id if tab is not None else None
        if patient is None or not program.behind(patient):
            self._waits.pop(program.client_id, None)
        elif self._waits.get(program.client_id, (None, 0.0))[0] != patient:
            self._waits[program.client_id] = patient, self._monotonic()

    def _model(self, program: Program, front: TabController) -> ProgramModel:
        own = self._tabs.of_topic(program.topic)
        patient = own.patient_id if own is not None else None
        began = self._waits.get(program.client_id)
        waited = self._monotonic() - began[1] if began is not None else 0.0
        state, reason = program.verdict(patient, waited)
        elsewhere = own is not front and program.connected
        shows = program.effective if elsewhere else None
        if elsewhere:
            state, reason = State.PINNED, None
        warning = state, reason, None if reason is Reason.SOCKET_LOST else front.patient_id
        bad = state in (State.OUT_OF_SYNC, State.PINNED)
        if not bad:
            self._put_away.pop(program.client_id, None)
        return ProgramModel(
            key=program.client_id,
            name=program.name,
            state=state,
            reason=reason,
            elsewhere=self._references.of(shows),
            suspended=front.unconfirmed_since is not None and not bad,
            waits=patient is None and not bad,
            warns=bad and self._put_away.get(program.client_id) != warning,
        )

    def _hide(self, name: str) -> None:
        """The user has read the warning; the rail keeps its mark. One that has ended for good leaves the rail too."""
        program, front = self._programs.get(name), self._tabs.front
        if program is None or front is None:
            return
        if not program.granted:
            del self._programs[name]
        else:
            model = self._model(program, front)
            about = None if model.reason is Reason.SOCKET_LOST else front.patient_id
            self._put_away[name] = model.state, model.reason, about
        self.draw()

    def _say(self, name: str) -> None:
        """The rail's button: what is to be said of the program is said again, to eye and ear."""
        self._put_away.pop(name, None)
        self.draw()
        for item in self._window.desk.rail.programs():
            if item.model is not None and item.model.app.key == name:
                self._window.announcer.say(item.accessibleName())


def gone(program: Program) -> Program:
    """The gateway does not know it any more."""
    return Program(program.client_id, program.name, program.topic, False, False, program.effective, None)
