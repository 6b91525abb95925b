"""What is open in one topic, and which patient it is about (FC-10, FC-24, FC-25, S3, S5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from context.errors import UnreadableSnapshot
from context.events import ContextEvent, find_kind
from context.messages import Message, derived_open, with_version
from context.timestamps import Instant, earlier_of, instant_of

OPEN_ANCHORS = 64
"""How many open anchors beside the patient are remembered for late joiners."""


@dataclass(frozen=True, slots=True)
class OpenAnchor:
    """One un-closed open. ``posted_id`` is the event it came from; a derived open has an ``event_id`` of its own.

    ``sequence`` orders all accepted changes of the topic.
    """

    event_name: str
    resource_id: str
    patient_id: str
    sequence: int
    posted_id: str
    message: Message
    version: str
    derived: bool = False

    @property
    def event_id(self) -> str:
        return str(self.message["id"])

    @property
    def anchor_type(self) -> str:
        return self.event_name.removesuffix("-open")


@dataclass(frozen=True, slots=True)
class Change:
    """What one event did; ``message`` is what subscribers get.

    ``sequence`` ranks what the event says about the patient: whoever follows it, follows the patient as of that
    rank. It is 0 for an event that says nothing of the kind (stale, unknown anchor, close of an encounter).
    """

    message: Message
    derived: Message | None = None
    changed: bool = False
    sequence: int = 0
    of_patient: bool = False


class PatientContext:
    """The open anchors of one topic and its current patient.

    ``patient`` is what banners and fences follow; ``current`` is the last opened context and is empty once that one
    was closed, even if older ones are open (FC-24).
    """

    def __init__(self) -> None:
        self.patient: str | None = None
        self.current: OpenAnchor | None = None
        self.sequence = 0
        self.patient_sequence = 0
        self._open: list[OpenAnchor] = []
        self._set_at: Instant | None = None

    @property
    def encounter(self) -> str | None:
        """Id of the latest open encounter of the current patient."""
        anchor = self._latest("Encounter-open")
        return anchor.resource_id if anchor else None

    @property
    def version(self) -> str:
        return self.current.version if self.current else ""

    def is_stale(self, event: ContextEvent) -> bool:
        """An open that is earlier than the event which set the current context changes nothing (S5)."""
        return (
            event.kind.action == "open"
            and self._set_at is not None
            and event.timestamp.is_earlier_than(self._set_at)
        )

    def apply(self, event: ContextEvent, now: datetime, ids: Callable[[], str]) -> Change:
        """Take one accepted event, in the order of arrival."""
        if event.kind.action == "open" and not self.is_stale(event):
            return self._opened(event, ids)
        if event.kind.action == "close":
            return self._closed(event, now)
        return Change(event.message)

    def _opened(self, event: ContextEvent, ids: Callable[[], str]) -> Change:
        version, patient_id = ids(), event.patient_id
        assert patient_id is not None  # every open in the table carries its patient
        message = with_version(event.message, version)
        self.sequence += 1
        of_patient = patient_id != self.patient
        if of_patient:
            self.patient, self.patient_sequence = patient_id, self.sequence
        self._open = [anchor for anchor in self._open if anchor.patient_id == patient_id]
        anchor = OpenAnchor(
            event.kind.name, event.anchor_id, patient_id, self.sequence, event.event_id, message, version
        )
        derived = None
        if event.kind.implies is not None and self._find(event.kind.implies, patient_id) is None:
            derived = self._derive(event, anchor, ids())
        self._replace(anchor)
        self.current = anchor
        self._set_at = event.timestamp
        return Change(message, derived, True, self.sequence, of_patient)

    def _derive(self, event: ContextEvent, source: OpenAnchor, event_id: str) -> Message:
        name = event.kind.implies or ""
        kind = find_kind(name)
        assert kind is not None  # the table names only its own rows
        message = derived_open(source.message, name, event_id, (key.key for key in kind.keys))
        self._replace(
            replace(source, event_name=name, resource_id=source.patient_id, message=message, derived=True)
        )
        return message

    def _closed(self, event: ContextEvent, now: datetime) -> Change:
        opened = event.kind.name.replace("-close", "-open")
        anchor = self._find(opened, event.anchor_id)
        if anchor is None:
            return Change(event.message)
        self.sequence += 1
        self._open.remove(anchor)
        of_patient = opened == "Patient-open" and anchor.patient_id == self.patient
        if of_patient:
            self.patient, self.patient_sequence = None, self.sequence
        ends_current = self.current is not None and (
            (self.current.event_name, self.current.resource_id) == (opened, event.anchor_id) or of_patient
        )
        if ends_current:
            self.current = None
            self._set_at = earlier_of(event.timestamp, instant_of(now))
        return Change(event.message, None, True, self.sequence if of_patient else 0, of_patient)

    def replay(self, events: Iterable[str]) -> list[OpenAnchor]:
        """The latest un-closed open of each anchor type in ``events``, oldest first (FC-10).

        Only anchors of the current patient (S3); a derived open is left out where its source is sent (FC-25).
        """
        wanted = [anchor for name in events if (anchor := self._latest(name)) is not None]
        sources = {anchor.posted_id for anchor in wanted if not anchor.derived}
        chosen = [anchor for anchor in wanted if not (anchor.derived and anchor.posted_id in sources)]
        return sorted(chosen, key=lambda anchor: anchor.sequence)

    def visible(self, may_read: Callable[[str], bool]) -> OpenAnchor | None:
        """The current context as somebody may read it: itself, or the open it implies (FC-34)."""
        if self.current is None or may_read(self.current.event_name):
            return self.current
        kind = find_kind(self.current.event_name)
        if kind is None or kind.implies is None or not may_read(kind.implies):
            return None
        return self._latest(kind.implies)

    def _find(self, event_name: str, resource_id: str) -> OpenAnchor | None:
        for anchor in self._open:
            if (anchor.event_name, anchor.resource_id) == (event_name, resource_id):
                return anchor
        return None

    def _latest(self, event_name: str) -> OpenAnchor | None:
        for anchor in reversed(self._open):
            if anchor.event_name == event_name and anchor.patient_id == self.patient:
                return anchor
        return None

    def _replace(self, anchor: OpenAnchor) -> None:
        older = self._find(anchor.event_name, anchor.resource_id)
        if older is not None:
            self._open.remove(older)
        self._open.append(anchor)
        encounters = [known for known in self._open if known.anchor_type != "Patient"]
        for forgotten in encounters[:-OPEN_ANCHORS]:
            self._open.remove(forgotten)

    def snapshot(self) -> dict[str, Any]:
        """Everything that a restarted hub needs, as JSON."""
        return {
            "patient": self.patient,
            "sequence": self.sequence,
            "patient_sequence": self.patient_sequence,
            "set_at": None if self._set_at is None else [self._set_at.nanoseconds, self._set_at.precision],
            "current": None if self.current is None else self._open.index(self.current),
            "open": [
                {
                    "event_name": anchor.event_name,
                    "resource_id": anchor.resource_id,
                    "patient_id": anchor.patient_id,
                    "sequence": anchor.sequence,
                    "posted_id": anchor.posted_id,
                    "message": dict(anchor.message),
                    "version": anchor.version,
                    "derived": anchor.derived,
                }
                for anchor in self._open
            ],
        }

    @classmethod
    def restored(cls, snapshot: Mapping[str, Any]) -> PatientContext:
        """The context that :meth:`snapshot` wrote. Raises :class:`UnreadableSnapshot`."""
        context = cls()
        try:
            context.patient = snapshot["patient"]
            context.sequence = int(snapshot["sequence"])
            context.patient_sequence = int(snapshot["patient_sequence"])
            context._set_at = None if snapshot["set_at"] is None else Instant(*snapshot["set_at"])
            context._open = [OpenAnchor(**entry) for entry in snapshot["open"]]
            context.current = None if snapshot["current"] is None else context._open[snapshot["current"]]
        except (LookupError, TypeError, ValueError) as error:
            raise UnreadableSnapshot("the snapshot of a topic is not one of ours") from error
        return context
