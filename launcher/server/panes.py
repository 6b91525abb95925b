"""Panes and the facts about them: what the shell computes the state of S3 from."""

from __future__ import annotations

from typing import Any

from launcher.oauth.model import GatewayState, Grant, Pane
from launcher.server.dependencies import Clock, NewId
from launcher.server.fact_stream import FactStream
from launcher.server.sessions import SessionKeeper, cookie_digest
from launcher.stores.state_records import StateRecords


class PaneKeeper:
    """Opens and pins panes; implements ``PaneFacts`` and ``FenceKeeper`` for hub and data plane."""

    def __init__(
        self,
        state: GatewayState,
        sessions: SessionKeeper,
        records: StateRecords,
        clock: Clock,
        new_id: NewId,
        facts: FactStream,
    ) -> None:
        self._state = state
        self._sessions = sessions
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._facts = facts
        sessions.pane_lost_grant = self.lost_grant

    def open(self, sid: str, client_id: str, topic: str) -> tuple[Pane, str]:
        """A new pane and the value of its cookie; only the digest is kept."""
        cookie = self._new_id()
        pane = Pane(self._new_id(), sid, client_id, topic, cookie_digest(cookie), self._clock.now())
        self._state.panes[pane.pane] = pane
        self._records.keep("pane", pane.pane, pane)
        self._publish(pane)
        return pane, cookie

    def of_cookie(self, value: str | None) -> Pane | None:
        """The pane that a pane cookie belongs to."""
        if not value:
            return None
        digest = cookie_digest(value)
        return next((pane for pane in self._state.panes.values() if pane.cookie_sha256 == digest), None)

    def find(self, pane_id: str | None) -> Pane | None:
        """The open pane with this id."""
        return self._state.panes.get(pane_id or "")

    def pin(self, pane: Pane, pinned: bool) -> None:
        """Pin or release; pinning a follower freezes its fence and ends its subscription (FC-12).

        A pane that was closed meanwhile stays closed.
        """
        if pane.pinned == pinned or self.find(pane.pane) is not pane:
            return
        pane.pinned = pinned
        self._records.keep("pane", pane.pane, pane)
        for grant in self._grants(pane):
            if pinned and grant.fenced and not grant.fence_frozen:
                grant.fence_frozen = True
                self._sessions.keep_grant(grant)
                for listener in self._sessions.listeners:
                    listener.grant_pinned(grant.grant_id)
        self._publish(pane)

    def facts(self, pane: Pane) -> dict[str, Any]:
        """What the shell is told about a pane; ``effective_patient`` is what S2 shows."""
        grant = self.grant_of(pane)
        return {
            "pane": pane.pane,
            "client_id": pane.client_id,
            "topic": pane.topic,
            "pinned": pane.pinned,
            "granted": grant is not None,
            "fenced": grant is not None and grant.fenced,
            "effective_patient": grant.effective_patient if grant else None,
            "encounter": grant.encounter if grant else None,
            "last_event": pane.last_event,
            "last_event_name": pane.last_event_name,
            "last_ack": pane.last_ack,
            "read_since": pane.read_since,
            "socket": pane.socket,
        }

    def grant_of(self, pane: Pane) -> Grant | None:
        """The grant that the pane holds now."""
        return max(self._grants(pane), key=lambda item: item.created_at, default=None)

    def granted(self, grant: Grant) -> None:
        """A code was redeemed for a pane: its facts begin anew; in a pinned pane the fence is frozen from the start."""
        pane = self._pane(grant.grant_id)
        if pane is None:
            return
        if pane.pinned and grant.fenced and not grant.fence_frozen:
            grant.fence_frozen = True
            self._sessions.keep_grant(grant)
        pane.read_since = False
        self._publish(pane)

    def lost_grant(self, pane_id: str) -> None:
        """A grant of the pane has ended; when it was the last, nothing follows there any more, and the shell is told."""
        pane = self._state.panes.get(pane_id)
        if pane is not None and self.grant_of(pane) is None:
            pane.socket = False
            self._publish(pane)

    # FenceKeeper

    def move(self, grant_id: str, patient_id: str | None) -> None:
        """Let the grant through to another patient; a frozen fence and an unfenced grant stay."""
        grant = self._state.grants.get(grant_id)
        if grant is None or not grant.fenced or grant.fence_frozen:
            return
        if grant.effective_patient == patient_id:
            return
        grant.effective_patient = patient_id
        self._sessions.keep_grant(grant)
        pane = self._pane(grant_id)
        if pane is not None:
            pane.read_since = False
            self._publish(pane)

    # PaneFacts

    def note_event(self, grant_id: str, event_id: str, event_name: str) -> None:
        """An event was sent to the grant's subscription; its acknowledgement is now awaited."""
        pane = self._pane(grant_id)
        if pane is not None:
            pane.last_event, pane.last_event_name, pane.last_ack = event_id, event_name, None
            if event_name.lower().startswith("patient-"):
                pane.read_since = False
            self._publish(pane)

    def note_ack(self, grant_id: str, event_id: str, status: int) -> None:
        """The grant acknowledged an event; only the last event counts."""
        pane = self._pane(grant_id)
        if pane is not None and pane.last_event == event_id and pane.last_ack != status:
            pane.last_ack = status
            self._publish(pane)

    def note_socket(self, grant_id: str, connected: bool) -> None:
        """The grant's subscription came up or was lost; what an earlier one answered is past."""
        pane = self._pane(grant_id)
        if pane is not None and pane.socket != connected:
            pane.socket = connected
            pane.last_ack = None if connected else pane.last_ack
            self._publish(pane)

    def note_read(self, grant_id: str, patient_id: str) -> None:
        """The data plane answered the grant about a patient."""
        pane = self._pane(grant_id)
        if pane is None or pane.read_since:
            return
        if self._state.grants[grant_id].effective_patient == patient_id:
            pane.read_since = True
            self._publish(pane)

    def _pane(self, grant_id: str) -> Pane | None:
        grant = self._state.grants.get(grant_id)
        return self._state.panes.get(grant.pane or "") if grant is not None else None

    def _grants(self, pane: Pane) -> list[Grant]:
        return [grant for grant in self._state.grants.values() if grant.pane == pane.pane]

    def _publish(self, pane: Pane) -> None:
        self._facts.publish(pane.sid, {"type": "pane", **self.facts(pane)})
