"""Words about programs with windows of their own; the same in rail, strip and screen reader."""

from __future__ import annotations

from PySide6.QtCore import QObject

from context.pane_state import Reason, State
from shell.presenters.view_models import PatientRef, ProgramModel


class ProgramTexts(QObject):
    """Translated."""

    def word(self, model: ProgramModel) -> str:
        """The state's word."""
        if model.suspended:
            return self.tr("Kobler til")
        if model.waits:
            return self.tr("Venter")
        if model.state is State.FOLLOWING:
            return self.tr("Følger")
        if model.state is State.PINNED:
            return self.tr("Følger en annen pasient")
        return self.tr("Bytter") if model.state is State.CHANGING else self.tr("Ute av takt")

    def tip(self, model: ProgramModel) -> str:
        """Name, what it is, state and, where it does not follow, why."""
        parts = [model.name, self.tr("program utenfor Vaktrom"), self.word(model)]
        if model.state in (State.OUT_OF_SYNC, State.PINNED) and not model.suspended:
            parts.append(" ".join(self.warning(model)))
        return " · ".join(parts)

    def warning(self, model: ProgramModel) -> tuple[str, str]:
        """What is wrong; why, and what to do. Its window cannot be covered."""
        patient = self._patient(model.elsewhere) if model.elsewhere is not None else ""
        title = self._title(model).format(program=model.name, patient=patient)
        return title, f"{self._reason(model)} {self._look()}".strip()

    def _patient(self, patient: PatientRef) -> str:
        room = self.tr("rom")
        place = f"{room} {patient.beside}" if patient.beside_is_room else patient.beside
        return f"{patient.name.full} · {place}" if patient.beside else patient.name.full

    def follows_again(self, model: ProgramModel) -> str:
        """For the screen reader."""
        return self.tr("{program} følger pasienten igjen.").format(program=model.name)

    def put_away(self, model: ProgramModel) -> str:
        """The button's name."""
        return self.tr("Skjul varselet om {program}").format(program=model.name)

    def _title(self, model: ProgramModel) -> str:
        if model.state is State.PINNED:
            if model.elsewhere is None:
                return self.tr("{program} følger en annen pasient.")
            return self.tr("{program} følger {patient}, ikke pasienten øverst.")
        if model.reason is Reason.SOCKET_LOST:
            return self.tr("{program} følger ikke lenger.")
        return self.tr("{program} følger ikke pasienten øverst.")

    def _reason(self, model: ProgramModel) -> str:
        reasons = {
            Reason.SOCKET_LOST: self.tr("Programmet er ikke koblet til Vaktrom."),
            Reason.REFUSED: self.tr("Programmet sa nei til pasientbyttet."),
            Reason.NO_ANSWER: self.tr("Programmet svarte ikke på pasientbyttet innen 10 sekunder."),
        }
        return reasons.get(model.reason, "") if model.reason is not None else ""

    def _look(self) -> str:
        return self.tr("Se hvem vinduet viser før du leser der.")
