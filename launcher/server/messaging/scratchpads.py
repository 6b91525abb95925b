"""Every patient tab's scratchpad: there while its patient is the current one, and empty for the next (SWM-10)."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from launcher.oauth.model import GatewayState, Grant
from launcher.server.dependencies import CurrentContext, NewId
from launcher.server.fact_stream import FactStream
from launcher.smart.scratchpad import Scratchpad, ScratchpadLimits, refused
from launcher.smart.web_messaging import WebRequest
from launcher.stores.state_records import StateRecords

RECORD = "scratchpad"


class Scratchpads:
    """Keeps them, sealed like all other state, and tells the shell what is on them."""

    def __init__(
        self,
        state: GatewayState,
        context: CurrentContext,
        records: StateRecords,
        facts: FactStream,
        new_id: NewId,
        limits: ScratchpadLimits | None = None,
    ) -> None:
        self._state = state
        self._context = context
        self._records = records
        self._facts = facts
        self._new_id = new_id
        self._limits = limits or ScratchpadLimits()
        self._pads: dict[str, Scratchpad] = {}

    def restore(self, topic: str, plain: bytes) -> None:
        """Take over what an earlier life recorded."""
        self._pads[topic] = msgspec.json.decode(plain, type=Scratchpad)

    def handle(self, grant: Grant, request: WebRequest) -> dict[str, Any]:
        """One message of a pane: about the patient of its page, who must be the one that is open."""
        topic, patient = grant.topic or "", grant.effective_patient
        self.look(topic)
        if patient is None or patient != self._context.current(topic).patient:
            return refused(409, "conflict", "the patient of this page is not open any more")
        pad = self._pads.get(topic) or Scratchpad(patient)
        before = dict(pad.drafts)
        answer = pad.handle(
            request.message_type, request.payload, grant.client_id, self._draft_id, self._limits
        )
        if pad.drafts != before:
            self._pads[topic] = pad
            self._records.keep_bytes(RECORD, topic, msgspec.json.encode(pad))
            self._publish(topic)
        return answer

    def look(self, topic: str) -> None:
        """The context of a topic may have changed, or the topic be gone: nobody else's drafts stay."""
        pad = self._pads.get(topic)
        if pad is None:
            return
        open_here = topic in self._state.contexts and self._context.current(topic).patient == pad.patient
        if not open_here:
            del self._pads[topic]
            self._records.drop(RECORD, topic)
            self._publish(topic)

    def look_at_all(self) -> None:
        """Some topic has ended."""
        for topic in list(self._pads):
            self.look(topic)

    def fact(self, topic: str) -> dict[str, Any]:
        """What the shell shows of one tab's scratchpad."""
        self.look(topic)
        pad = self._pads.get(topic)
        drafts = pad.drafts.items() if pad is not None else ()
        return {
            "type": "scratchpad",
            "topic": topic,
            "patient": pad.patient if pad is not None else None,
            "drafts": [
                {"location": place, "text": one.text, "client_id": one.client_id} for place, one in drafts
            ],
        }

    def _publish(self, topic: str) -> None:
        context = self._state.contexts.get(topic)
        if context is not None:
            self._facts.publish(context.sid, self.fact(topic))

    def _draft_id(self) -> str:
        """An id that FHIR allows."""
        return hashlib.sha256(self._new_id().encode()).hexdigest()[:32]
