"""Faults that the whole-desktop test has to find: each takes away one safeguard, in the product or in the shell's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from context.events import ContextEvent
from context.fences import Fences
from context.messages import with_version
from context.pane_state import ContextReceived, PaneState, State
from context.patient_context import Change, OpenAnchor, PatientContext
from context.subscription import Subscription
from launcher.server.panes import PaneKeeper
from tests.context.whole_desktop.shell import ShellModel

Patch = pytest.MonkeyPatch


def close_clears_any_anchor(patch: Patch) -> None:
    """S5."""
    closed = PatientContext._closed

    def clears(self: PatientContext, event: ContextEvent, now: datetime) -> Change:
        change = closed(self, event, now)
        if self.patient is None:
            return change
        self.sequence += 1
        self.patient, self.patient_sequence, self.set_by, self.current = (
            None,
            self.sequence,
            "Patient-close",
            None,
        )
        return replace(change, changed=True, sequence=self.sequence, of_patient=True)

    patch.setattr(PatientContext, "_closed", clears)


def answer_counts_before_the_paint(patch: Patch) -> None:
    """S3: acknowledged and read is not yet seen."""
    settle = PaneState._settle

    def settles(self: PaneState) -> None:
        self._painted = self._painted or self._read
        settle(self)

    patch.setattr(PaneState, "_settle", settles)


def stale_open_is_replayed(patch: Patch) -> None:
    """S5: it is passed on as it came, and kept for nobody."""
    apply, replay = PatientContext.apply, PatientContext.replay
    kept: dict[int, OpenAnchor] = {}

    def applies(self: PatientContext, event: ContextEvent, now: datetime, ids: Callable[[], str]) -> Change:
        if self.is_stale(event):
            message = with_version(event.message, ids())
            kept[id(self)] = OpenAnchor(
                event.kind.name, event.anchor_id, event.patient_id, 0, event.event_id, message, ""
            )
        return apply(self, event, now, ids)

    def replays(self: PatientContext, events: Iterable[str]) -> list[OpenAnchor]:
        anchor = kept.get(id(self))
        wanted = list(events)
        return replay(self, wanted) + ([anchor] if anchor is not None and anchor.event_name in wanted else [])

    patch.setattr(PatientContext, "apply", applies)
    patch.setattr(PatientContext, "replay", replays)


def fence_does_not_wait_for_the_shell(patch: Patch) -> None:
    """S3, DESIGN section 4."""
    followed = Subscription.has_followed

    def has(self: Subscription, sequence: int, patient: str | None, set_by: str) -> bool:
        return self.is_shell or followed(self, sequence, patient, set_by)

    patch.setattr(Subscription, "has_followed", has)


def fence_moves_while_the_shell_is_away(patch: Patch) -> None:
    """S3: without its channel the shell shows the former patient, and no curtain."""
    patch.setattr(Fences, "has_shell", property(lambda _: False, lambda _, __: None), raising=False)


def read_about_the_former_patient_counts(patch: Patch) -> None:
    """S3: the gateway forgets to begin anew when a fence moves."""
    move = PaneKeeper.move

    def moves(self: PaneKeeper, grant_id: str, patient_id: str | None) -> None:
        pane = self._pane(grant_id)
        read = pane is not None and pane.read_since
        move(self, grant_id, patient_id)
        if pane is not None and read and not pane.read_since:
            pane.read_since = True
            self._publish(pane)

    patch.setattr(PaneKeeper, "move", moves)


def unsaved_work_is_kept_without_a_mark(patch: Patch) -> None:
    """S3: a pane that stays on its patient says so."""
    received = PaneState._received_for_relaunch

    def keeps(self: PaneState, given: ContextReceived, at_home: bool, now: float) -> None:
        if not (given.unsaved and self._state is State.FOLLOWING):
            received(self, given, at_home, now)

    patch.setattr(PaneState, "_received_for_relaunch", keeps)


def shell_answers_before_its_curtains(patch: Patch) -> None:
    """S3: the hub takes the shell's answer for painted curtains."""
    frame = ShellModel._frame

    def hears(self: ShellModel, message: dict[str, Any], endpoint: str) -> None:
        frame(self, message, endpoint)
        if "event" in message:
            self._answer(endpoint, message["id"])

    patch.setattr(ShellModel, "_frame", hears)


FAULTS: tuple[Callable[[Patch], Any], ...] = (
    close_clears_any_anchor,
    answer_counts_before_the_paint,
    stale_open_is_replayed,
    fence_does_not_wait_for_the_shell,
    fence_moves_while_the_shell_is_away,
    read_about_the_former_patient_counts,
    unsaved_work_is_kept_without_a_mark,
    shell_answers_before_its_curtains,
)
