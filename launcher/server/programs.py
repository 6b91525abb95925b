"""Programs of their own beside the desktop, as the shell is told of them: who follows, about whom, and who is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from launcher.oauth.model import ClientRegistry, GatewayState, Grant
from launcher.server.fact_stream import FactStream
from launcher.server.panes import PaneKeeper


@dataclass(slots=True)
class _Heard:
    """What hub has noted of one program's grant; ``sid`` and ``client_id`` outlive the grant by one fact."""

    sid: str
    client_id: str
    topic: str
    socket: bool = False
    last_event: str | None = None
    last_event_name: str | None = None
    last_ack: int | None = None


class Programs:
    """Facts of the grants of native clients (RFC 8252). A ``GrantListener``."""

    def __init__(self, state: GatewayState, clients: ClientRegistry, facts: FactStream) -> None:
        self._state = state
        self._clients = clients
        self._facts = facts
        self._heard: dict[str, _Heard] = {}

    def facts_of(self, sid: str) -> list[dict[str, Any]]:
        """Every program of a session."""
        known = ((grant.grant_id, self._of(grant.grant_id)) for grant in self._grants(sid))
        return [self._fact(grant_id, heard) for grant_id, heard in known if heard is not None]

    def note_event(self, grant_id: str, event_id: str, event_name: str) -> None:
        """An event was sent to the program; its acknowledgement is now awaited."""
        heard = self._of(grant_id)
        if heard is not None:
            heard.last_event, heard.last_event_name, heard.last_ack = event_id, event_name, None
            self._publish(grant_id, heard)

    def note_ack(self, grant_id: str, event_id: str, status: int) -> None:
        """The program acknowledged an event; only the last one counts."""
        heard = self._of(grant_id)
        if heard is not None and heard.last_event == event_id and heard.last_ack != status:
            heard.last_ack = status
            self._publish(grant_id, heard)

    def note_socket(self, grant_id: str, connected: bool) -> None:
        """The program's channel came up or was lost."""
        heard = self._of(grant_id)
        if heard is not None and heard.socket != connected:
            heard.socket = connected
            heard.last_ack = None if connected else heard.last_ack
            self._publish(grant_id, heard)

    def moved(self, grant_id: str) -> None:
        """The program is let through to another patient."""
        heard = self._of(grant_id)
        if heard is not None:
            self._publish(grant_id, heard)

    # GrantListener

    def grant_ended(self, grant_id: str) -> None:
        """Nothing of the program counts any more."""
        heard = self._heard.pop(grant_id, None)
        if heard is not None:
            heard.socket = False
            self._publish(grant_id, heard)

    def topic_opened(self, topic: str, sid: str) -> None:
        """Nothing to tell."""

    def topic_closed(self, topic: str) -> None:
        """Its grants end too."""

    def grant_pinned(self, grant_id: str) -> None:
        """Only panes are pinned."""

    def session_ended(self, sid: str) -> None:
        """Its grants end too."""

    def session_locked(self, sid: str) -> None:
        """Nothing to tell."""

    def session_unlocked(self, sid: str) -> None:
        """Nothing to tell."""

    def _grants(self, sid: str) -> Iterable[Grant]:
        return [grant for grant in self._state.grants.values() if grant.sid == sid]

    def _of(self, grant_id: str) -> _Heard | None:
        """What is known of a live grant of a native client that follows a tab; ``None`` for any other."""
        grant = self._state.grants.get(grant_id)
        if grant is None or grant.sid is None or grant.topic is None:
            return None
        client = self._clients.find(grant.client_id)
        if client is None or not client.native:
            return None
        return self._heard.setdefault(grant_id, _Heard(grant.sid, grant.client_id, grant.topic))

    def _fact(self, grant_id: str, heard: _Heard) -> dict[str, Any]:
        grant, client = self._state.grants.get(grant_id), self._clients.find(heard.client_id)
        return {
            "client_id": heard.client_id,
            "client_name": client.client_name if client is not None else heard.client_id,
            "topic": heard.topic,
            "granted": grant is not None,
            "effective_patient": grant.effective_patient if grant is not None else None,
            "last_event": heard.last_event,
            "last_event_name": heard.last_event_name,
            "last_ack": heard.last_ack,
            "socket": heard.socket,
        }

    def _publish(self, grant_id: str, heard: _Heard) -> None:
        self._facts.publish(heard.sid, {"type": "program", **self._fact(grant_id, heard)})


class Followers:
    """Panes and programs together: the ``PaneFacts`` and ``FenceKeeper`` of the hub."""

    def __init__(self, panes: PaneKeeper, programs: Programs) -> None:
        self._panes = panes
        self._programs = programs

    def move(self, grant_id: str, patient_id: str | None) -> None:
        """Let a grant through to another patient."""
        self._panes.move(grant_id, patient_id)
        self._programs.moved(grant_id)

    def note_event(self, grant_id: str, event_id: str, event_name: str) -> None:
        """An event was sent."""
        self._panes.note_event(grant_id, event_id, event_name)
        self._programs.note_event(grant_id, event_id, event_name)

    def note_ack(self, grant_id: str, event_id: str, status: int) -> None:
        """An event was acknowledged."""
        self._panes.note_ack(grant_id, event_id, status)
        self._programs.note_ack(grant_id, event_id, status)

    def note_socket(self, grant_id: str, connected: bool) -> None:
        """A channel came up or was lost."""
        self._panes.note_socket(grant_id, connected)
        self._programs.note_socket(grant_id, connected)
