"""What the hub tells of patients, and what it refuses, in the access log (DESIGN section 4, *Audit*; BALP-06, BALP-09).

An id that an app got from the hub counts like one that it read: whoever asks who has seen a record is told of apps
that have nothing but a ``fhircast/`` scope as well. An open is on disk before it changes anything; what a patient's
event or the current context tells is on disk before the frame or the answer leaves.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from context.events import ContextEvent, read_event
from launcher.gateway.audit_event import FAILED, REFUSED, AccessFacts, tail_of
from launcher.oauth.model import GatewayState, Grant
from launcher.server.dependencies import Clock
from launcher.server.fhir.settings import AccessLog
from launcher.server.hub.access import token_id
from launcher.server.hub.call import HubCall

OPENED, READ, TOLD, POSTED, SUBSCRIBED = (
    "context-open",
    "context-read",
    "context-told",
    "context-post",
    "context-subscribe",
)
"""Kinds of ``audit_patterns.PATTERNS``."""

_Telling = tuple[str, tuple[str, ...]]
"""A grant by its id, and the patients whom it is being told of."""


class HubAudit:
    """Writes the hub's records; remembers per grant of which patients it has been told."""

    def __init__(self, log: AccessLog, state: GatewayState, clock: Clock, base_url: str) -> None:
        self._log = log
        self._state = state
        self._clock = clock
        self._base_url = base_url
        self._told: dict[str, set[str]] = {}
        self._writing: dict[_Telling, asyncio.Task[None]] = {}

    async def opened(self, call: HubCall, grant: Grant, event: ContextEvent) -> None:
        """A checked open, before it takes effect: durable as a write is. Raises ``AuditUnavailable``."""
        patient = event.patient_id
        if patient is None:
            return
        await self._log.record(self._of_call(OPENED, call, grant, [patient]), at_once=True)
        self._told.setdefault(grant.grant_id, set()).add(patient)

    async def read(self, call: HubCall, grant: Grant, context: Iterable[Any]) -> None:
        """The current context is about to be answered. Raises ``AuditUnavailable``."""
        patients = patients_in(context)
        if patients:
            await self._log.record(self._of_call(READ, call, grant, patients))
            self._told.setdefault(grant.grant_id, set()).update(patients)

    async def refused(
        self, call: HubCall, grant: Grant | None, status: int, reason: str, repeated: int = 0
    ) -> None:
        """A call that was refused; one without a valid token is recorded without waiting, as on the data plane.

        ``repeated`` are equal ones before it that were only counted. Raises ``AuditUnavailable``.
        """
        kind, patients = _asked(call)
        facts = msgspec.structs.replace(
            self._of_call(kind, call, grant, patients),
            outcome=FAILED if status >= 500 else REFUSED,
            outcome_text=f"{status} {reason}",
            status=status,
            repeated=repeated,
        )
        if grant is not None:
            await self._log.record(facts)
            return
        token = (call.authorization or "").partition(" ")[2]
        self._log.record_soon(msgspec.structs.replace(facts, token_tail=tail_of(token), patients=()))

    def told(self, grant: Grant, address: str, named: Sequence[str]) -> asyncio.Task[None] | None:
        """The record that has to be on disk before a frame that names these patients leaves; ``None`` when all are told of.

        Every channel of a grant waits for the same record. The task raises ``AuditUnavailable``; the next frame about the
        same patient is then recorded anew.
        """
        known = self._told.setdefault(grant.grant_id, set())
        patients = tuple(patient for patient in named if patient not in known)
        if not patients:
            return None
        telling = (grant.grant_id, patients)
        writing = self._writing.get(telling)
        if writing is None:
            facts = self._of(TOLD, grant, patients, address)
            writing = asyncio.get_running_loop().create_task(self._log.record(facts))
            self._writing[telling] = writing
            writing.add_done_callback(lambda done: self._written(done, telling, known))
        return writing

    def forget(self, grant_id: str) -> None:
        """The grant has ended."""
        self._told.pop(grant_id, None)

    def _written(self, writing: asyncio.Task[None], telling: _Telling, known: set[str]) -> None:
        del self._writing[telling]
        if not writing.cancelled() and writing.exception() is None:
            known.update(telling[1])

    def _of_call(self, kind: str, call: HubCall, grant: Grant | None, patients: Sequence[str]) -> AccessFacts:
        facts = self._of(kind, grant, patients, call.client_address)
        return msgspec.structs.replace(
            facts,
            request=f"{call.method} {self._base_url}{call.path}",
            request_id=call.request_id,
            token_id=token_id(call.authorization) if grant is not None else "",
        )

    def _of(self, kind: str, grant: Grant | None, patients: Sequence[str], address: str) -> AccessFacts:
        facts = AccessFacts(
            kind=kind,
            recorded=self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            patients=tuple(patients),
            client_address=address,
            server=f"{self._base_url}/fhircast",
        )
        if grant is None:
            return facts
        session = self._state.sessions.get(grant.sid or "")
        return msgspec.structs.replace(
            facts,
            grant_id=grant.grant_id,
            client_id=grant.client_id,
            user_issuer=session.upstream_issuer if session else "",
            user_sub=session.sub if session else "",
            user_name=session.name if session else "",
            user_role=session.role if session else "",
            user_resource=(session.fhir_user or "") if session else "",
            token_issuer=self._base_url,
        )


def patients_in(context: Iterable[Any]) -> list[str]:
    """Logical ids of the patients in a FHIRcast ``context`` array, by resource or by reference, each once."""
    found = (_patient_of(entry) for entry in context if isinstance(entry, dict))
    return list(dict.fromkeys(identifier for identifier in found if identifier is not None))


def _patient_of(entry: Mapping[str, Any]) -> str | None:
    resource, reference = entry.get("resource"), entry.get("reference")
    if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
        identifier = resource.get("id")
        return identifier if isinstance(identifier, str) else None
    target = reference.get("reference") if isinstance(reference, dict) else None
    if isinstance(target, str) and target.startswith("Patient/"):
        return target.removeprefix("Patient/")
    return None


def _asked(call: HubCall) -> tuple[str, Sequence[str]]:
    """Kind of a refused call, and the patient whom it named."""
    if call.method == "GET":
        return READ, ()
    if call.media_type == "application/x-www-form-urlencoded":
        return SUBSCRIBED, ()
    try:
        event = read_event(json.loads(call.body))
    except (ValueError, RecursionError):
        return POSTED, ()
    if not isinstance(event, ContextEvent):
        return POSTED, ()
    patients = (event.patient_id,) if event.patient_id is not None else ()
    return (OPENED if event.kind.action == "open" else POSTED), patients
