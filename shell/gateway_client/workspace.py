"""The workspace API of the gateway as the shell uses it (DESIGN section 5)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2

from shell.gateway_client.connection import Connection, refusal
from shell.gateway_client.errors import GatewayUnreachable
from shell.gateway_client.login import AuthorizationRequest

EVENTS_TIMEOUT = httpx2.Timeout(None, connect=3.0)


@dataclass(frozen=True, slots=True)
class OpenedPane:
    """A pane at the gateway and the cookie that authorizes its client there."""

    pane: str
    cookie_name: str
    cookie_value: str
    cookie_path: str


@dataclass(frozen=True, slots=True)
class Launch:
    """``encounter_missing``: the app wants an encounter, and none is in progress (NAV-06)."""

    launch: str
    url: str
    encounter_missing: bool = False


class Workspace:
    """Session, contexts, panes and launches of the signed-in user."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def session(self) -> dict[str, Any]:
        facts: dict[str, Any] = await self._connection.json("GET", "/workspace/session")
        return facts

    async def lock(self) -> None:
        await self._connection.request("POST", "/workspace/session/lock")

    async def unlock(self, request: AuthorizationRequest, code: str) -> None:
        body = {"code": code, "redirect_uri": request.redirect_uri, "code_verifier": request.code_verifier}
        await self._connection.request("POST", "/workspace/session/unlock", json=body)

    async def end(self) -> str | None:
        """End everything of this user; returns where the identity provider's own session is ended."""
        answer = await self._connection.json("DELETE", "/workspace/session")
        return str(answer["end_session_url"]) if answer and answer.get("end_session_url") else None

    async def apps(self) -> list[dict[str, Any]]:
        answer = await self._connection.json("GET", "/workspace/apps")
        return list(answer["apps"] if isinstance(answer, dict) else answer)

    async def grants(self) -> list[dict[str, Any]]:
        """What the user has allowed apps himself, and which of them keep their access without him."""
        answer = await self._connection.json("GET", "/workspace/grants")
        return list(answer["grants"])

    async def withdraw(self, grant: str) -> None:
        """End one of them at once."""
        await self._connection.request("DELETE", f"/workspace/grants/{grant}")

    async def patient_by_handle(self, handle: str) -> str:
        """Whom a one-time handle names; it counts no more. Raises GatewayError kinds."""
        answer = await self._connection.json("POST", "/workspace/handles", json={"handle": handle})
        return str(answer["patient"])

    async def new_context(self) -> dict[str, Any]:
        context: dict[str, Any] = await self._connection.json("POST", "/workspace/contexts", json={})
        return context

    async def context(self, topic: str) -> dict[str, Any]:
        """The hub's truth about one tab: ``patient``, ``encounter``, ``context_version``."""
        facts: dict[str, Any] = await self._connection.json("GET", f"/workspace/contexts/{topic}")
        return facts

    async def end_context(self, topic: str) -> None:
        await self._connection.request("DELETE", f"/workspace/contexts/{topic}")

    async def bring_to_front(self, topic: str) -> None:
        """Tell which tab the user looks at: a program that signs in now joins it."""
        await self._connection.request("POST", f"/workspace/contexts/{topic}/front")

    async def new_pane(self, client_id: str, topic: str) -> OpenedPane:
        body = {"client_id": client_id, "topic": topic}
        answer = await self._connection.json("POST", "/workspace/panes", json=body)
        cookie = answer["cookie"]
        return OpenedPane(answer["pane"], cookie["name"], cookie["value"], cookie.get("path", "/oauth"))

    async def panes(self) -> list[dict[str, Any]]:
        answer = await self._connection.json("GET", "/workspace/panes")
        return list(answer["panes"] if isinstance(answer, dict) else answer)

    async def programs(self) -> list[dict[str, Any]]:
        """Programs with windows of their own that were let in."""
        answer = await self._connection.json("GET", "/workspace/programs")
        return list(answer["programs"])

    async def pin(self, pane: str, pinned: bool) -> None:
        await self._connection.request("PATCH", f"/workspace/panes/{pane}", json={"pinned": pinned})

    async def end_pane(self, pane: str) -> None:
        await self._connection.request("DELETE", f"/workspace/panes/{pane}")

    async def web_message(self, pane: str, origin: str, message: str) -> dict[str, Any]:
        """What the gateway says to a message, given as JSON text: ``answer`` for its page, ``effect`` for the shell."""
        body = {"origin": origin, "message": message}
        told: dict[str, Any] = await self._connection.json(
            "POST", f"/workspace/panes/{pane}/messages", json=body
        )
        return told

    async def web_messages_refused(self, pane: str, origin: str, reason: str, count: int) -> None:
        """Have messages noted that the shell did not pass on."""
        body = {"origin": origin or "null", "refused": reason, "count": count}
        await self._connection.request("POST", f"/workspace/panes/{pane}/messages", json=body)

    async def page_refused(self, pane: str, refused: str) -> None:
        """Have noted what the page policy did not let a page do."""
        await self._connection.request("POST", f"/workspace/panes/{pane}/refusals", json={"refused": refused})

    async def new_launch(
        self, client_id: str, topic: str, pane: str, context_version: str | None, **extra: Any
    ) -> Launch:
        body = {"client_id": client_id, "topic": topic, "pane": pane, **extra}
        if context_version:
            body["context_version"] = context_version
        answer = await self._connection.json("POST", "/workspace/launches", json=body)
        return Launch(answer["launch"], answer["url"], bool(answer.get("encounter_missing")))

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Server-sent events: each change of the panes' facts; ends when the gateway goes away."""
        token = await self._connection.tokens.access_token()
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        try:
            async with self._connection.http.stream(
                "GET", "/workspace/events", headers=headers, timeout=EVENTS_TIMEOUT
            ) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise refusal(answer)
                async for line in answer.aiter_lines():
                    if line.startswith("data:"):
                        yield json.loads(line[5:])
        except httpx2.TransportError as error:
            raise GatewayUnreachable(type(error).__name__) from error
