"""The life of a gateway process: configuration in, records and one ready line out (DESIGN section 3).

Embedded, the records go to the parent. Hosted, they go to a store of the gateway's own, and it speaks TLS itself unless
something on the same machine does so in front of it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import uvicorn

from launcher.server.configuration import GatewayConfiguration, read_configuration
from launcher.server.connections import ConnectionLimits, connection_settings
from launcher.server.dependencies import Clock, NewId
from launcher.server.durable_answers import DurableAnswers
from launcher.server.whole_gateway import WholeGateway, build_gateway
from launcher.stores.journal import RecordSink

if TYPE_CHECKING:  # a gateway beside a shell has no store, and does not wait for its library
    from launcher.stores.sqlite_state import SqliteState

GRACE_SECONDS = 1
SELF_TEST_SECONDS = 10.0
READY_PATH = "/health/ready"
QUIET_SECONDS = 1.0
"""After this the sign-in page has been shown, and what the login needs next is made before it comes."""

STRICT_TRANSPORT = ("strict-transport-security", "max-age=31536000")
"""Browsers that have been here once come by https only, for a year (RFC 6797)."""
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where a listener on every address is asked from here."""

Say = Callable[[dict[str, Any]], None]


class NotReady(Exception):
    """Our state: the gateway came up but did not answer itself."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """A gateway that stands by itself: its state, and its certificate unless somebody else ends TLS."""

    state: SqliteState
    tls: ssl.SSLContext | None


class QuietServer(uvicorn.Server):
    """A uvicorn server that leaves signals to the program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing."""
        yield


async def serve(
    given: Mapping[str, Any],
    listener: socket.socket,
    say: Say,
    ended: asyncio.Event,
    *,
    clock: Clock,
    new_id: NewId,
    random_bytes: Callable[[int], bytes],
    hosting: Hosting | None = None,
) -> None:
    """Serve on ``listener`` until ``ended`` is set; returns within two seconds after that.

    ``given`` is the object of :func:`launcher.server.configuration.read_configuration`. ``say`` writes one JSON
    object to the parent and has written it when it returns: ``{"type": "record", "key", "sealed"}`` for each
    change of state, ``{"type": "ready", ...}`` once the gateway has answered one request to itself. With ``hosting``
    no record is said: its state is read and written instead, and closed by who opened it.
    Raises ``ConfigurationWrong``, ``SealBroken`` or :class:`NotReady`.
    """
    configuration = read_configuration(given)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    if hosting is not None:
        configuration = replace(configuration, records=hosting.state.records)
    sink = _to_parent(say) if hosting is None else hosting.state.put
    gateway = build_gateway(configuration, sink, clock, new_id, random_bytes)
    server = QuietServer(_server_settings(gateway, configuration, hosting))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    ending = asyncio.create_task(ended.wait())
    warming = asyncio.create_task(_warm_up(gateway))
    try:
        await _started(server, serving)
        await _answer_to_itself(configuration, listener, hosting is not None and hosting.tls is not None)
        say({"type": "ready", "base_url": configuration.settings.base_url})
        await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ending.cancel()
        warming.cancel()
        gateway.parts.facts.end_all()
        gateway.hub.close()
        server.should_exit = True
        await serving
        await gateway.close()


def _to_parent(say: Say) -> RecordSink:
    def sink(name: str, sealed: bytes | None) -> None:
        text = None if sealed is None else base64.b64encode(sealed).decode("ascii")
        say({"type": "record", "key": name, "sealed": text})

    return sink


def _server_settings(
    gateway: WholeGateway, configuration: GatewayConfiguration, hosting: Hosting | None
) -> uvicorn.Config:
    application = gateway.application()
    further: dict[str, Any] = {}
    if hosting is not None:
        application = DurableAnswers(application, hosting.state)
        if hosting.tls is not None:
            context = hosting.tls
            further["ssl_context_factory"] = lambda config, default: context
    return uvicorn.Config(
        application,
        **connection_settings(ConnectionLimits()),
        **further,
        headers=[STRICT_TRANSPORT] if configuration.settings.secure else [],
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


async def _warm_up(gateway: WholeGateway) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    await asyncio.to_thread(gateway.warm_up)


async def _started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started:
        if serving.done():
            raise NotReady("the server ended while it started")
        await asyncio.sleep(0.002)


async def _answer_to_itself(configuration: GatewayConfiguration, listener: socket.socket, tls: bool) -> None:
    """Ask for our own readiness over the real socket, with the real Host."""
    address, port = listener.getsockname()[:2]
    address = ANY_ADDRESS.get(address, address)
    status = await asyncio.to_thread(_ask, address, port, configuration.settings.authority, tls)
    if status != 200:
        raise NotReady(f"the gateway answered itself with {status}")


def _ask(address: str, port: int, authority: str, tls: bool) -> int:
    connection = (
        http.client.HTTPSConnection(address, port, timeout=SELF_TEST_SECONDS, context=_trusting_itself())
        if tls
        else http.client.HTTPConnection(address, port, timeout=SELF_TEST_SECONDS)
    )
    try:
        connection.request("GET", READY_PATH, headers={"Host": authority, "Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()


def _trusting_itself() -> ssl.SSLContext:
    """For one request to our own socket by its address, which no certificate names; nothing secret is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
