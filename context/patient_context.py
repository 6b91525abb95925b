"""What is open in one topic, and which patient it is about (FC-10, FC-24, FC-25, S3, S5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from context.content import Content, ContentRefused, changed_content, collection
from context.errors import UnreadableSnapshot
from context.event_kinds import EventKind, find_kind
from context.events import ContextEvent
from context.messages import Message, derived_open, with_patient, with_version
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
    patient_id: str | None
    sequence: int
    posted_id: str
    message: Message
    version: str
    derived: bool = False
    content: Content = field(default_factory=dict)

    @property
    def event_id(self) -> str:
        return str(self.message["id"])

    @property
    def kind(self) -> EventKind:
        kind = find_kind(self.event_name)
        assert kind is not None  # anchors are made from rows of the table
        return kind

    @property
    def opened_resources(self) -> list[str]:
        """``Type/id`` of every resource in the open itself."""
        held = (entry.get("resource") for entry in self.message["event"]["context"])
        return [f"{held_one['resourceType']}/{held_one['id']}" for held_one in held if held_one]


_ANCHOR_FIELDS = tuple(entry.name for entry in fields(OpenAnchor))


@dataclass(frozen=True, slots=True)
class Change:
    """What one event did; ``message`` is what subscribers get, or the most specific of ``derived`` that they want.

    ``sequence`` ranks what the event says about the patient: whoever follows it, follows the patient as of that
    rank. It is 0 for an event that says nothing of the kind (stale, unknown anchor, close of an encounter).
    """

    message: Message
    derived: tuple[Message, ...] = ()
    changed: bool = False
    sequence: int = 0
    of_patient: bool = False


class PatientContext:
    """The open anchors of one topic and its current patient.

    ``patient`` is what banners and fences follow, ``set_by`` the name of the event that set it; ``current`` is the last
    opened context and is empty once that one was closed, even if older ones are open (FC-24).
    """

    def __init__(self) -> None:
        self.patient: str | None = None
        self.set_by = ""
        self.current: OpenAnchor | None = None
        self.sequence = 0
        self.patient_sequence = 0
        self._open: list[OpenAnchor] = []
        self._set_at: Instant | None = None
        self._worked_out: tuple[ContextEvent, OpenAnchor, Content | ContentRefused] | None = None

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

    def refusal_of(self, event: ContextEvent, most_characters: int) -> ContentRefused | None:
        """Why an update or a selection is not taken now (FC-36..38); ``None`` for every other event."""
        if event.kind.action not in ("update", "select"):
            return None
        anchor = self.current
        if anchor is None or anchor.kind.anchor_type != event.kind.anchor_type:
            return ContentRefused(409, f"no {event.kind.anchor_type} is the current context")
        if anchor.resource_id != event.anchor_id:
            return ContentRefused(409, "another report is the current context")
        if event.patient_reference not in (None, f"Patient/{anchor.patient_id}"):
            return ContentRefused(409, "the report is about another patient")
        if event.kind.action == "select":
            return None
        if event.version != anchor.version:
            return ContentRefused(412, "context.versionId is not the current one")
        changed = self._changed_content(anchor, event, most_characters)
        return changed if isinstance(changed, ContentRefused) else None

    def apply(self, event: ContextEvent, now: datetime, ids: Callable[[], str]) -> Change:
        """Take one accepted event, in the order of arrival."""
        if event.kind.action == "open" and not self.is_stale(event):
            return self._opened(event, ids)
        if event.kind.action == "close":
            return self._closed(event, now)
        if event.kind.action == "update":
            return self._updated(event, ids)
        if event.kind.action == "select" and self.current is not None:
            return Change(with_patient(event.message, self.current.patient_id))
        return Change(event.message)

    def _opened(self, event: ContextEvent, ids: Callable[[], str]) -> Change:
        version, patient_id = ids(), event.patient_id
        message = with_version(event.message, version)
        self.sequence += 1
        of_patient = patient_id != self.patient
        if of_patient:
            self.patient, self.patient_sequence, self.set_by = patient_id, self.sequence, event.kind.name
        if patient_id is not None:
            self._open = [anchor for anchor in self._open if anchor.patient_id == patient_id]
        anchor = OpenAnchor(
            event.kind.name, event.anchor_id, patient_id, self.sequence, event.event_id, message, version
        )
        derived = self._derive(event, anchor, ids)
        self._replace(anchor)
        self.current = anchor
        self._set_at = event.timestamp
        return Change(message, derived, True, self.sequence, of_patient)

    def _derive(self, event: ContextEvent, source: OpenAnchor, ids: Callable[[], str]) -> tuple[Message, ...]:
        """The opens that an event implies, for whatever is not open yet; the most specific first (FC-25)."""
        made = []
        for key, name in event.kind.implies:
            resource, kind = event.resources.get(key), find_kind(name)
            if resource is None or kind is None or self._find(name, str(resource["id"])) is not None:
                continue
            message = derived_open(source.message, name, ids(), (entry.key for entry in kind.keys))
            resource_id = str(resource["id"])
            self._replace(
                replace(source, event_name=name, resource_id=resource_id, message=message, derived=True)
            )
            made.append(message)
        return tuple(made)

    def _updated(self, event: ContextEvent, ids: Callable[[], str]) -> Change:
        """FC-36: all or nothing, under a new version; whoever joins later gets the open with that version."""
        anchor, version = self.current, ids()
        content = None if anchor is None else self._changed_content(anchor, event)
        if anchor is None or content is None or isinstance(content, ContentRefused):
            return Change(event.message)  # refusal_of has said so before
        message = with_patient(with_version(event.message, version, anchor.version), anchor.patient_id)
        opened = with_version(anchor.message, version)
        self.current = replace(anchor, version=version, message=opened, content=content)
        self._open[self._open.index(anchor)] = self.current
        self._worked_out = None
        return Change(message, changed=True)

    def _changed_content(
        self, anchor: OpenAnchor, event: ContextEvent, most_characters: int | None = None
    ) -> Content | ContentRefused:
        """Worked out once for an event: it is asked about before it is accepted, and again when it is."""
        known = self._worked_out
        if known is None or known[0] is not event or known[1] is not anchor:
            outcome = changed_content(
                anchor.content,
                event.resources["updates"],
                anchor.patient_id or "",
                anchor.opened_resources,
                most_characters,
            )
            known = self._worked_out = (event, anchor, outcome)
        return known[2]

    def _closed(self, event: ContextEvent, now: datetime) -> Change:
        opened = event.kind.name.replace("-close", "-open")
        anchor = self._find(opened, event.anchor_id)
        if anchor is None:
            return Change(event.message)
        self.sequence += 1
        self._open.remove(anchor)
        of_patient = opened == "Patient-open" and anchor.patient_id == self.patient
        if of_patient:
            self.patient, self.patient_sequence, self.set_by = None, self.sequence, event.kind.name
        if of_patient or anchor is self.current:
            self.current = None
            self._set_at = earlier_of(event.timestamp, instant_of(now))
        return Change(event.message, (), True, self.sequence if of_patient else 0, of_patient)

    def replay(self, events: Iterable[str]) -> list[OpenAnchor]:
        """The latest un-closed open of each anchor type in ``events``, oldest first (FC-10).

        Only anchors of the current patient (S3); of one event and what it implies, only the most specific (FC-25).
        """
        chosen: dict[str, OpenAnchor] = {}
        for anchor in (found for name in events if (found := self._latest(name)) is not None):
            known = chosen.get(anchor.posted_id)
            if known is None or anchor.event_name not in known.kind.opens_about:
                chosen[anchor.posted_id] = anchor
        return sorted(chosen.values(), key=lambda anchor: anchor.sequence)

    def told_to(self, may_read: Callable[[str], bool]) -> dict[str, Any]:
        """The body of get-current-context as somebody may read it: the current context, or the open it implies (FC-34)."""
        anchor = self._visible(may_read)
        if anchor is None:
            return {"context.type": "", "context.versionId": "", "context": []}
        context = [*anchor.message["event"]["context"]]
        if may_read(f"{anchor.kind.anchor_type}-update"):
            context.append({"key": "content", "resource": collection(anchor.content, anchor.version)})
        return {
            "context.type": anchor.kind.anchor_type,
            "context.versionId": anchor.version,
            "context": context,
        }

    def _visible(self, may_read: Callable[[str], bool]) -> OpenAnchor | None:
        if self.current is None:
            return None
        for name in self.current.kind.opens_about:
            if may_read(name):
                return self.current if name == self.current.event_name else self._latest(name)
        return None

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
        others = [known for known in self._open if known.event_name != "Patient-open"]
        for forgotten in others[:-OPEN_ANCHORS]:
            self._open.remove(forgotten)

    def snapshot(self) -> dict[str, Any]:
        """Everything that a restarted hub needs, as JSON."""
        return {
            "patient": self.patient,
            "set_by": self.set_by,
            "sequence": self.sequence,
            "patient_sequence": self.patient_sequence,
            "set_at": None if self._set_at is None else [self._set_at.nanoseconds, self._set_at.precision],
            "current": None if self.current is None else self._open.index(self.current),
            "open": [{name: getattr(anchor, name) for name in _ANCHOR_FIELDS} for anchor in self._open],
        }

    @classmethod
    def restored(cls, snapshot: Mapping[str, Any]) -> PatientContext:
        """The context that :meth:`snapshot` wrote. Raises :class:`UnreadableSnapshot`."""
        context = cls()
        try:
            context.patient = snapshot["patient"]
            context.set_by = str(snapshot.get("set_by", ""))
            context.sequence = int(snapshot["sequence"])
            context.patient_sequence = int(snapshot["patient_sequence"])
            context._set_at = None if snapshot["set_at"] is None else Instant(*snapshot["set_at"])
            context._open = [OpenAnchor(**entry) for entry in snapshot["open"]]
            context.current = None if snapshot["current"] is None else context._open[snapshot["current"]]
        except (LookupError, TypeError, ValueError) as error:
            raise UnreadableSnapshot("the snapshot of a topic is not one of ours") from error
        return context
