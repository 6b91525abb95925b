"""``POST /workspace/launches``: an EHR launch for one app, user, patient and encounter (SAL-11, SAL-12)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.model import ClientRegistry, GatewayState, RegisteredClient
from launcher.oauth.parameters import with_query
from launcher.server.authorization import PendingAuthorizations, is_fenced
from launcher.server.dependencies import (
    Clock,
    CurrentContext,
    CurrentPatient,
    GatewaySettings,
    LaunchReads,
    NewId,
    SessionAudit,
)
from launcher.server.errors import ProblemAnswer
from launcher.server.forms import json_answer
from launcher.server.upstream_tokens import SessionUpstreamTokens
from launcher.server.workspace.calls import Call, Gatekeeper, json_body, optional_text, text_member
from launcher.server.workspace.tab_calls import approved_app, own_context, own_pane
from launcher.smart.launch_context import (
    FHIR_ID,
    LaunchTicket,
    fhir_context_mistake,
    implied_references,
)
from launcher.smart.scopes import needs_patient, wants_encounter


class LaunchCalls:
    """Makes launch ids; the app's address gets exactly ``iss`` and ``launch``."""

    def __init__(
        self,
        settings: GatewaySettings,
        clients: ClientRegistry,
        state: GatewayState,
        pending: PendingAuthorizations,
        context: CurrentContext,
        upstream_tokens: SessionUpstreamTokens,
        reads: LaunchReads,
        audit: SessionAudit,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._state = state
        self._pending = pending
        self._context = context
        self._upstream_tokens = upstream_tokens
        self._reads = reads
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def routes(self, gatekeeper: Gatekeeper) -> list[Route]:
        """The route of this part."""
        return [Route("/workspace/launches", gatekeeper.guard(self.launch), methods=["POST"])]

    async def launch(self, call: Call) -> Response:
        """409 when the context is not, or is no longer, the one that the shell means."""
        body = await json_body(call.request, self._settings.limits.form_bytes)
        client = approved_app(self._clients, text_member(body, "client_id"))
        if client.launch_uri is None:
            raise ProblemAnswer(409, "not_launchable", "the app has no launch address")
        context = own_context(self._state, call, text_member(body, "topic"))
        pane_id = optional_text(body, "pane")
        if pane_id is not None:
            pane = own_pane(self._state, call, pane_id)
            if (pane.client_id, pane.topic) != (client.client_id, context.topic):
                raise ProblemAnswer(409, "other_pane", "the pane belongs to another app or context")
        fhir_context = _fhir_context(body)
        current = self._current(context.topic, optional_text(body, "context_version"))
        if current.patient is None and self._needs_patient(client):
            raise ProblemAnswer(409, "no_patient", "no patient is chosen, and the app needs one")
        encounter = await self._encounter(call, client, current, optional_text(body, "encounter"))
        if (
            self._current(context.topic, current.version) != current
            or context.topic not in self._state.contexts
        ):
            raise ProblemAnswer(409, "context_moved", "the context has changed")
        ticket = LaunchTicket(
            sid=call.session.sid,
            client_id=client.client_id,
            topic=context.topic,
            pane=pane_id,
            patient=current.patient,
            encounter=str(encounter["id"]) if encounter is not None else None,
            intent=optional_text(body, "intent"),
            fhir_context=fhir_context,
            implied_reads=implied_references(encounter),
            style=optional_text(body, "style"),
        )
        launch = self._new_id()
        self._pending.launches.put(
            launch, ticket, self._clock.now(), self._settings.life("launch_seconds"), call.session.sid
        )
        url = with_query(client.launch_uri, {"iss": self._settings.fhir_base, "launch": launch})
        patients = [current.patient] if current.patient else []
        self._audit.note("launch", call.session, client.client_id, patients=patients)
        return json_answer({"launch": launch, "url": url, **_told_of_encounter(client, ticket)}, 201)

    def _current(self, topic: str, expected_version: str | None) -> CurrentPatient:
        current = self._context.current(topic)
        if expected_version is not None and current.version != expected_version:
            raise ProblemAnswer(409, "context_moved", "the context has changed")
        return current

    def _needs_patient(self, client: RegisteredClient) -> bool:
        scopes = client.scope.split()
        return "launch/patient" in scopes or (needs_patient(scopes) and not is_fenced(client))

    async def _encounter(
        self, call: Call, client: RegisteredClient, current: CurrentPatient, named: str | None
    ) -> dict[str, Any] | None:
        """The launch's encounter: the named one, the context's own, or the one in progress (NAV-06)."""
        if named is not None and FHIR_ID.fullmatch(named) is None:
            raise ProblemAnswer(400, "malformed", "encounter is not an id")
        wanted = named or current.encounter
        if current.patient is None or (wanted is None and not wants_encounter(client.scope.split())):
            if named is not None:
                raise ProblemAnswer(409, "no_patient", "an encounter needs its patient")
            return None
        token = await self._upstream_tokens.token_of(call.session)
        if wanted is None:
            return await self._reads.in_progress_encounter(token, current.patient)
        encounter = await self._reads.read(token, f"Encounter/{wanted}")
        subject = (encounter or {}).get("subject", {}).get("reference")
        if encounter is None or subject != f"Patient/{current.patient}":
            if named is None:
                return None
            raise ProblemAnswer(409, "other_encounter", "the encounter is not one of this patient")
        return encounter


def _told_of_encounter(client: RegisteredClient, ticket: LaunchTicket) -> dict[str, Any]:
    """Which encounter the app gets; ``encounter_missing`` when it wants one and none is in progress (NAV-06)."""
    wanted = ticket.patient is not None and wants_encounter(client.scope.split())
    return {"encounter": ticket.encounter, "encounter_missing": wanted and ticket.encounter is None}


def _fhir_context(body: dict[str, Any]) -> list[dict[str, Any]]:
    items = body.get("fhirContext") or []
    if not isinstance(items, list):
        raise ProblemAnswer(400, "malformed", "fhirContext must be a list")
    mistake = fhir_context_mistake(items)
    if mistake is not None:
        raise ProblemAnswer(400, "malformed", mistake)
    return items
