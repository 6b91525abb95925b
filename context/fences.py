"""To whom the gateway lets each follower's data be read: fences follow the patient, and never run ahead (DESIGN section 4)."""

from __future__ import annotations

from context.effects import Effect, MoveFence
from context.patient_context import PatientContext
from context.subscriptions import Subscriptions


class Fences:
    """Of one topic. ``has_shell``: a shell was there once, so that without one nothing moves."""

    def __init__(self, context: PatientContext, subscriptions: Subscriptions) -> None:
        self._context = context
        self._subscriptions = subscriptions
        self._fences: dict[str, str | None] = {}
        self.has_shell = False

    def begin(self, grant_id: str, patient: str | None) -> None:
        """The gateway has put up a fence around ``patient``."""
        self._fences[grant_id] = patient

    def end(self, grant_id: str) -> None:
        """The grant has no channel any more; its fence stays where it is."""
        self._fences.pop(grant_id, None)

    def moves(self, of_grant: str | None) -> list[Effect]:
        """Fences follow the patient once shell and follower have both answered (DESIGN section 4).

        A shell that has lost its channel has no curtain up: until it is back and has answered, no fence moves (S3).
        """
        sequence, patient, set_by = (
            self._context.patient_sequence,
            self._context.patient,
            self._context.set_by,
        )
        shells = self._subscriptions.connected_shells()
        away = self.has_shell and not shells
        told = [shell for shell in shells if shell.is_told_of_patients]
        answered = all(shell.has_followed(sequence, patient, set_by) for shell in told)
        if sequence == 0 or away or not answered:
            return []
        effects: list[Effect] = []
        grants = list(self._fences) if of_grant is None else [of_grant]
        for grant_id in grants:
            if self._fences.get(grant_id, patient) == patient:
                continue
            mine = self._subscriptions.of_grant(grant_id)
            live = [s for s in mine if s.connected and s.wants("Patient-open")]
            if live and all(s.has_followed(sequence, patient, set_by) for s in live):
                self._fences[grant_id] = patient
                effects.append(MoveFence(grant_id, patient))
        return effects
