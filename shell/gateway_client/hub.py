"""The shell as an ordinary FHIRcast subscriber of one topic (FC-06..FC-13, FC-28, FC-39)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any
from urllib.parse import urlsplit

import websockets

from shell.gateway_client.connection import Connection
from shell.gateway_client.errors import GatewayError, NotSignedIn, access_is_told

EVENTS = (
    "Patient-open,Patient-close,Encounter-open,Encounter-close,ImagingStudy-open,DiagnosticReport-open,"
    "Home-open,SyncError"
)
RENEW_AT = 0.7
"""Share of the lease after which it is renewed."""
RENEW_AGAIN_SECONDS = 2.0
SHORTEST_LEASE = 30.0
PING_SECONDS, PONG_SECONDS, CLOSE_SECONDS = 1.0, 2.0, 0.5
"""A channel on which nothing comes back any more is lost within their sum; one that is closed, at once."""
OPEN_SECONDS = 5.0
RECONNECT_SECONDS = (0.1, 0.3, 1.0, 2.0, 4.0)

Notification = dict[str, Any]
OnEvent = Callable[[Notification], Awaitable[int]]
OnState = Callable[[bool], None]
ReadContext = Callable[[], Awaitable[dict[str, Any]]]
OnContext = Callable[[dict[str, Any]], Awaitable[object]]
READ_AGAIN_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)


class HubPosts:
    """Posts context changes; context is changed only through the hub."""

    def __init__(
        self, connection: Connection, new_id: Callable[[], str], now: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._new_id = new_id
        self._now = now

    def new_event_id(self) -> str:
        """An id for an event that is to be recognised when it comes back."""
        return self._new_id()

    async def open_patient(self, topic: str, patient: dict[str, Any], event_id: str | None = None) -> str:
        """Post ``Patient-open``; returns the event's id. Raises GatewayError kinds when the hub refuses."""
        with access_is_told():
            return await self._post(topic, "Patient-open", _patient_context(patient), event_id)

    async def close_patient(self, topic: str, patient: dict[str, Any]) -> str:
        return await self._post(topic, "Patient-close", _patient_context(patient), None)

    async def _post(self, topic: str, event: str, context: list[dict[str, Any]], event_id: str | None) -> str:
        event_id = event_id or self._new_id()
        body = {
            "timestamp": self._now()
            .astimezone(UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "id": event_id,
            "event": {"hub.topic": topic, "hub.event": event, "context": context},
        }
        await self._connection.request("POST", "/fhircast", json=body)
        return event_id


def _patient_context(patient: dict[str, Any]) -> list[dict[str, Any]]:
    resource = {key: patient[key] for key in ("resourceType", "id", "identifier") if key in patient}
    return [{"key": "patient", "resource": resource}]


class Subscription:
    """Keeps one topic's WebSocket alive: subscribes, acknowledges each event with what ``on_event`` returns, reconnects.

    The hub replays what is open to whoever comes back, and says nothing of what was closed in between (FC-10): after each
    return ``read_context`` is asked, and ``on_context`` gets its answer when no event has come in the meantime.
    ``on_state(False)`` at once when the channel is lost, ``on_state(True)`` when the context is known again (S1, FC-40).
    """

    def __init__(
        self,
        connection: Connection,
        topic: str,
        on_event: OnEvent,
        on_state: OnState,
        read_context: ReadContext,
        on_context: OnContext,
    ) -> None:
        self._connection = connection
        self._topic = topic
        self._on_event = on_event
        self._on_state = on_state
        self._read_context = read_context
        self._on_context = on_context
        self._lease = SHORTEST_LEASE
        self._confirmed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._heard = 0
        self._was_here = False
        self._catching: asyncio.Task[None] | None = None
        self._sooner = asyncio.Event()

    async def hurry(self) -> None:
        """Do not wait for the next attempt."""
        self._sooner.set()

    async def run(self) -> None:
        """Until cancelled or signed out."""
        attempt = 0
        while True:
            try:
                if await self._follow():
                    attempt = 0
            except NotSignedIn:
                self._on_state(False)
                return
            except Exception:  # whatever it was: a deaf banner is worse, so it connects anew
                pass
            self._on_state(False)
            await self._pause(RECONNECT_SECONDS[min(attempt, len(RECONNECT_SECONDS) - 1)])
            attempt += 1

    async def _pause(self, seconds: float) -> None:
        self._sooner.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._sooner.wait()

    async def _follow(self) -> bool:
        async with asyncio.timeout(OPEN_SECONDS):
            answer = await self._connection.json("POST", "/fhircast", data=self._form())
        endpoint = str(answer["hub.channel.endpoint"])
        if urlsplit(endpoint).hostname != urlsplit(self._connection.base_url).hostname:
            raise GatewayError("the hub named a foreign channel")
        async with websockets.connect(
            endpoint,
            proxy=None,
            open_timeout=OPEN_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PONG_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=1 << 20,
        ) as socket:
            self._confirmed.clear()
            renewal = asyncio.create_task(self._renew(endpoint))
            try:
                return await self._listen(socket)
            finally:
                renewal.cancel()
                if self._catching is not None:
                    self._catching.cancel()

    async def _listen(self, socket: websockets.ClientConnection) -> bool:
        """Answer frames until the channel ends; False when the hub denied it (FC-12)."""
        here = False
        async for frame in socket:
            message = json.loads(frame)
            if message.get("hub.mode") == "subscribe":
                self._lease = float(message.get("hub.lease_seconds") or SHORTEST_LEASE)
                self._confirmed.set()
                if self._was_here and not here:
                    self._catching = asyncio.create_task(self._catch_up())
                elif not here:
                    self._on_state(True)
                self._was_here = here = True
            elif message.get("hub.mode") == "denied":
                return False
            elif "event" in message:
                self._heard += 1
                async with self._one_at_a_time:
                    status = await self._on_event(message)
                await socket.send(json.dumps({"id": message["id"], "status": status}))
        return True

    async def _catch_up(self) -> None:
        """Hand over the context as it is now; read it anew when an event came in the meantime."""
        for pause in chain(READ_AGAIN_SECONDS, repeat(READ_AGAIN_SECONDS[-1])):
            heard = self._heard
            with contextlib.suppress(GatewayError, TimeoutError, KeyError, TypeError, ValueError):
                context = await self._read_context()
                async with self._one_at_a_time:
                    if heard == self._heard:
                        await self._on_context(context)
                        self._on_state(True)
                        return
            await asyncio.sleep(pause)

    async def _renew(self, endpoint: str) -> None:
        """Subscribe again on the same channel well before the lease ends (FC-11)."""
        while True:
            await self._confirmed.wait()
            self._confirmed.clear()
            await asyncio.sleep(self._lease * RENEW_AT)
            renewed = False
            while not renewed:
                try:
                    await self._connection.json("POST", "/fhircast", data=self._form(endpoint))
                    renewed = True
                except GatewayError:
                    await asyncio.sleep(RENEW_AGAIN_SECONDS)

    def _form(self, endpoint: str | None = None) -> dict[str, str]:
        form = {
            "hub.channel.type": "websocket",
            "hub.mode": "subscribe",
            "hub.topic": self._topic,
            "hub.events": EVENTS,
            "subscriber.name": "Vaktrom",
        }
        return {**form, "hub.channel.endpoint": endpoint} if endpoint else form
