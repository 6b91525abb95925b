"""``/workspace/contexts``, ``/workspace/apps``, ``/workspace/panes``, ``/workspace/programs`` and ``/workspace/events``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from launcher.oauth.model import ClientRegistry, GatewayState, Pane, RegisteredClient, WorkspaceContext
from launcher.server.cookies import CookieNames
from launcher.server.dependencies import CurrentContext, GatewaySettings
from launcher.server.errors import ProblemAnswer
from launcher.server.fact_stream import FactStream
from launcher.server.forms import json_answer
from launcher.server.messaging.scratchpads import Scratchpads
from launcher.server.panes import PaneKeeper
from launcher.server.programs import Programs
from launcher.server.sessions import SessionKeeper
from launcher.server.workspace.calls import Call, Gatekeeper, json_body, text_member

KEEP_ALIVE_SECONDS = 15.0


class TabCalls:
    """Patient tabs, apps and panes of the signed-in user."""

    def __init__(
        self,
        settings: GatewaySettings,
        clients: ClientRegistry,
        state: GatewayState,
        sessions: SessionKeeper,
        panes: PaneKeeper,
        programs: Programs,
        context: CurrentContext,
        stream: FactStream,
        cookies: CookieNames,
        scratchpads: Scratchpads,
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._state = state
        self._sessions = sessions
        self._panes = panes
        self._programs = programs
        self._context = context
        self._stream = stream
        self._cookies = cookies
        self._scratchpads = scratchpads

    def routes(self, gatekeeper: Gatekeeper) -> list[Route]:
        """The routes of this part."""
        guard = gatekeeper.guard
        return [
            Route("/workspace/contexts", guard(self.open_context), methods=["POST"]),
            Route("/workspace/contexts", guard(self.list_contexts), methods=["GET"]),
            Route("/workspace/contexts/{topic}", guard(self.show_context), methods=["GET"]),
            Route("/workspace/contexts/{topic}", guard(self.close_context), methods=["DELETE"]),
            Route("/workspace/contexts/{topic}/front", guard(self.bring_to_front), methods=["POST"]),
            Route("/workspace/apps", guard(self.list_apps), methods=["GET"]),
            Route("/workspace/panes", guard(self.open_pane), methods=["POST"]),
            Route("/workspace/panes", guard(self.list_panes), methods=["GET"]),
            Route("/workspace/panes/{pane}", guard(self.show_pane), methods=["GET"]),
            Route("/workspace/panes/{pane}", guard(self.pin_pane), methods=["PATCH"]),
            Route("/workspace/panes/{pane}", guard(self.close_pane), methods=["DELETE"]),
            Route("/workspace/programs", guard(self.list_programs), methods=["GET"]),
            Route("/workspace/events", guard(self.events, while_locked=True), methods=["GET"]),
        ]

    # contexts

    async def open_context(self, call: Call) -> Response:
        """A new patient tab."""
        own = [item for item in self._state.contexts.values() if item.sid == call.session.sid]
        if len(own) >= self._settings.limits.contexts_per_session:
            raise ProblemAnswer(409, "too_many_contexts", "too many patient tabs are open")
        context = self._sessions.open_context(call.session.sid)
        return json_answer({"topic": context.topic, "hub_url": self._settings.hub_url}, 201)

    async def list_contexts(self, call: Call) -> Response:
        """All tabs with their current patient."""
        own = [item for item in self._state.contexts.values() if item.sid == call.session.sid]
        return json_answer({"contexts": [self._context_facts(item) for item in own]})

    async def show_context(self, call: Call) -> Response:
        """One tab."""
        return json_answer(self._context_facts(own_context(self._state, call)))

    async def bring_to_front(self, call: Call) -> Response:
        """The user looks at this tab now."""
        self._sessions.bring_to_front(own_context(self._state, call))
        return Response(None, 204)

    async def close_context(self, call: Call) -> Response:
        """Close a tab with its panes."""
        self._sessions.close_context(own_context(self._state, call).topic)
        return Response(None, 204)

    def _context_facts(self, context: WorkspaceContext) -> dict[str, Any]:
        current = self._context.current(context.topic)
        return {
            "topic": context.topic,
            "hub_url": self._settings.hub_url,
            "patient": current.patient,
            "encounter": current.encounter,
            "context_version": current.version,
        }

    # apps

    async def list_apps(self, call: Call) -> Response:
        """The apps that somebody may use, with the manifest facts that the shell shows."""
        clients = self._clients.all_clients()
        apps = [
            client for client in clients if client.usable and not client.first_party and not client.native
        ]
        return json_answer({"apps": [app_facts(client) for client in apps]})

    # panes

    async def open_pane(self, call: Call) -> Response:
        """A place for one app in one tab, with the cookie that authorizes that app there."""
        body = await json_body(call.request, self._settings.limits.form_bytes)
        client = approved_app(self._clients, text_member(body, "client_id"))
        if client.native:
            raise ProblemAnswer(409, "no_pane", "the program runs beside the desktop")
        context = own_context(self._state, call, text_member(body, "topic"))
        own = [pane for pane in self._state.panes.values() if pane.sid == call.session.sid]
        if len(own) >= self._settings.limits.panes_per_session:
            raise ProblemAnswer(409, "too_many_panes", "too many panes are open")
        pane, value = self._panes.open(call.session.sid, client.client_id, context.topic)
        cookie = {
            "name": self._cookies.pane,
            "value": value,
            "path": self._cookies.path,
            "http_only": True,
            "same_site": "Lax",
            "secure": self._cookies.secure,
        }
        return json_answer({"pane": pane.pane, "cookie": cookie}, 201)

    async def list_panes(self, call: Call) -> Response:
        """All panes with their facts."""
        own = [pane for pane in self._state.panes.values() if pane.sid == call.session.sid]
        return json_answer({"panes": [self._panes.facts(pane) for pane in own]})

    async def show_pane(self, call: Call) -> Response:
        """One pane with its facts."""
        return json_answer(self._panes.facts(own_pane(self._state, call)))

    async def pin_pane(self, call: Call) -> Response:
        """Pin or release."""
        pane = own_pane(self._state, call)
        pinned = (await json_body(call.request, self._settings.limits.form_bytes)).get("pinned")
        if not isinstance(pinned, bool):
            raise ProblemAnswer(400, "malformed", "pinned must be true or false")
        self._panes.pin(pane, pinned)
        return json_answer(self._panes.facts(pane))

    async def close_pane(self, call: Call) -> Response:
        """Close a pane and end its grants."""
        self._sessions.close_pane(own_pane(self._state, call).pane)
        return Response(None, 204)

    # programs

    async def list_programs(self, call: Call) -> Response:
        """The programs beside the desktop that follow a tab, with their facts."""
        return json_answer({"programs": self._programs.facts_of(call.session.sid)})

    # events

    async def events(self, call: Call) -> Response:
        """Server-sent events: first session, record system, every pane, program and scratchpad as they are, then every change.

        Ends with the shell's grant.
        """
        return StreamingResponse(
            self._event_lines(call),
            200,
            {"cache-control": "no-store", "x-accel-buffering": "no"},
            media_type="text/event-stream",
        )

    async def _event_lines(self, call: Call) -> AsyncIterator[bytes]:
        listener = self._stream.open(call.session.sid)
        try:
            yield _line({"type": "session", "locked": call.session.locked_at is not None})
            yield _line(self._stream.record)
            for pane in [pane for pane in self._state.panes.values() if pane.sid == call.session.sid]:
                yield _line({"type": "pane", **self._panes.facts(pane)})
            for program in self._programs.facts_of(call.session.sid):
                yield _line({"type": "program", **program})
            for context in [one for one in self._state.contexts.values() if one.sid == call.session.sid]:
                yield _line(self._scratchpads.fact(context.topic))
            while call.grant.grant_id in self._state.grants or not listener.queue.empty():
                try:
                    fact = await asyncio.wait_for(listener.queue.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if fact is None:
                    return
                yield _line(fact)
        finally:
            self._stream.close(listener)


def _line(fact: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(fact) + b"\n\n"


def approved_app(clients: ClientRegistry, client_id: str) -> RegisteredClient:
    """An approved app that is not the shell itself; raises ``ProblemAnswer`` 404."""
    client = clients.find(client_id)
    if client is None or client.first_party or not client.usable:
        raise ProblemAnswer(404, "app_unknown", "there is no such approved app")
    return client


def app_facts(client: RegisteredClient) -> dict[str, Any]:
    """The manifest facts of one app."""
    return {
        **client.facts,
        "client_id": client.client_id,
        "client_name": client.client_name,
        "publisher": client.publisher,
        "launch_uri": client.launch_uri,
        "redirect_uris": list(client.redirect_uris),
        "origins": list(client.origins),
        "follows": client.follows,
        "scope": client.scope,
        "approved": client.approved,
        "consent_allowed": client.consent_allowed,
        "pkce_exempt": client.pkce_exempt,
    }


def own_context(state: GatewayState, call: Call, topic: str | None = None) -> WorkspaceContext:
    """The caller's context; raises ``ProblemAnswer`` 404, also for somebody else's."""
    context = state.contexts.get(topic or call.request.path_params["topic"])
    if context is None or context.sid != call.session.sid:
        raise ProblemAnswer(404, "context_unknown", "there is no such context")
    return context


def own_pane(state: GatewayState, call: Call, pane_id: str | None = None) -> Pane:
    """The caller's pane; raises ``ProblemAnswer`` 404, also for somebody else's."""
    pane = state.panes.get(pane_id or call.request.path_params["pane"])
    if pane is None or pane.sid != call.session.sid:
        raise ProblemAnswer(404, "pane_unknown", "there is no such pane")
    return pane
