"""``POST /workspace/panes/{pane}/messages``: what an app in a pane posted to its host (SMART Web Messaging 1.0)."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.model import ClientRegistry, GatewayState, Grant, Pane
from launcher.server.dependencies import Clock, CurrentContext, GatewaySettings, NewId, SessionAudit
from launcher.server.errors import ProblemAnswer
from launcher.server.forms import json_answer
from launcher.server.messaging.fhir_messages import FhirMessages
from launcher.server.messaging.refused_messages import MOST_COUNTED, ToldRefusals
from launcher.server.messaging.scratchpads import Scratchpads
from launcher.server.page_refusals import PAGE_REFUSALS
from launcher.server.panes import PaneKeeper
from launcher.server.workspace.calls import Call, Gatekeeper, json_body, text_member
from launcher.server.workspace.tab_calls import own_pane
from launcher.smart.web_messaging import (
    FHIR,
    REASONS,
    SCRATCHPAD,
    MessageKind,
    WebRequest,
    activity_of,
    failure,
    is_handle_of,
    read_request,
    refusal,
    response,
    success,
)

Told = dict[str, Any]


class MessagingCalls:
    """Decides on each message of a pane; the shell hands it in, gives the answer back, and does what the effect says."""

    def __init__(
        self,
        settings: GatewaySettings,
        clients: ClientRegistry,
        state: GatewayState,
        panes: PaneKeeper,
        scratchpads: Scratchpads,
        fhir: FhirMessages,
        context: CurrentContext,
        audit: SessionAudit,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._state = state
        self._panes = panes
        self._scratchpads = scratchpads
        self._fhir = fhir
        self._context = context
        self._new_id = new_id
        self._refused = ToldRefusals("web-message", audit, clock)
        self._page_refused = ToldRefusals("page-refused", audit, clock)

    def routes(self, gatekeeper: Gatekeeper) -> list[Route]:
        """The routes of this part."""
        return [
            Route("/workspace/panes/{pane}/messages", gatekeeper.guard(self.message), methods=["POST"]),
            Route("/workspace/panes/{pane}/refusals", gatekeeper.guard(self.page_refused), methods=["POST"]),
        ]

    async def message(self, call: Call) -> Response:
        """``{"origin", "message"}`` with the message as JSON text, or ``{"origin", "refused", "count"}``.

        The answer is null for a message that is none of this pane's: whoever forges learns nothing.
        """
        pane = own_pane(self._state, call)
        body = await json_body(call.request, self._settings.limits.message_bytes)
        if "refused" in body:
            return json_answer(self._unheard(call, pane, *_refused(body)))
        grant = self._panes.grant_of(pane)
        client = self._clients.find(pane.client_id)
        if grant is None or client is None:
            return json_answer(self._unheard(call, pane, "no_grant"))
        if text_member(body, "origin") not in client.origins:
            return json_answer(self._unheard(call, pane, "foreign_origin"))
        request = _read(text_member(body, "message"))
        if request is None:
            return json_answer(self._unheard(call, pane, "malformed"))
        if not is_handle_of(grant, request.handle):
            return json_answer(self._unheard(call, pane, "wrong_handle"))
        return json_answer(await self._carried_out(call, pane, grant, request))

    async def page_refused(self, call: Call) -> Response:
        """``{"refused"}``: what the shell did not let the pane's page do."""
        pane = own_pane(self._state, call)
        body = await json_body(call.request, self._settings.limits.form_bytes)
        refused = text_member(body, "refused")
        if refused not in PAGE_REFUSALS:
            raise ProblemAnswer(400, "malformed", "refused is not understood")
        self._page_refused.note(call.session, pane, refused)
        return Response(None, 204)

    async def _carried_out(self, call: Call, pane: Pane, grant: Grant, request: WebRequest) -> Told:
        refused = refusal(request, grant.scopes)
        kind = request.kind
        if refused is not None or kind is None:
            if kind is not None and kind.scope is not None and kind.scope not in grant.scopes:
                self._refused.note(call.session, pane, "scope")
            return self._answer(request, refused or {})
        if kind.scope == SCRATCHPAD:
            return self._answer(request, self._scratchpads.handle(grant, request))
        if kind.scope == FHIR:
            address = call.request.client
            client = (address.host, address.port) if address is not None else None
            payload = await self._fhir.carry_out(grant, call.session, request.payload, client)
            return self._answer(request, payload)
        if request.message_type == "ui.launchActivity":
            return self._activity(grant, request, kind)
        effect = {"kind": "done"} if request.message_type == "ui.done" else None
        return self._answer(request, success(kind), effect)

    def _activity(self, grant: Grant, request: WebRequest, kind: MessageKind) -> Told:
        """Which apps can do it for the patient who is open; the shell opens one, and the user chooses among several."""
        activity = activity_of(request.payload)
        if activity is None:
            return self._answer(request, failure(kind, "invalid", "the activity is not understood"))
        current = self._context.current(grant.topic or "").patient
        if current is None or current != grant.effective_patient:
            return self._answer(
                request, failure(kind, "conflict", "the patient of this page is not open any more")
            )
        apps = [
            client.client_id
            for client in self._clients.all_clients()
            if client.usable and client.launch_uri is not None and client.client_id != grant.client_id
            and activity.name in client.facts.get("intents", ())
        ]  # fmt: skip
        if not apps:
            return self._answer(request, failure(kind, "not-supported", "no app here can do this"))
        effect = {
            "kind": "activity",
            "activity": activity.name,
            "fhirContext": list(activity.fhir_context),
            "apps": apps,
        }
        return self._answer(request, success(kind), effect)

    def _answer(self, request: WebRequest, payload: dict[str, Any], effect: Told | None = None) -> Told:
        return {"answer": response(request.message_id, self._new_id(), payload), "effect": effect}

    def _unheard(self, call: Call, pane: Pane, reason: str, count: int = 1) -> Told:
        self._refused.note(call.session, pane, reason, count)
        return {"answer": None, "effect": None}


def _read(text: str) -> WebRequest | None:
    try:
        return read_request(orjson.loads(text))
    except orjson.JSONDecodeError:
        return None


def _refused(body: dict[str, Any]) -> tuple[str, int]:
    reason, count = body["refused"], body.get("count", 1)
    if reason not in REASONS or not isinstance(count, int) or not 0 < count <= MOST_COUNTED:
        raise ProblemAnswer(400, "malformed", "refused or count is not understood")
    return reason, count
