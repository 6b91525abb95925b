"""The life of a gateway process: configuration in, records and one ready line out (DESIGN section 3)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import uvicorn

from launcher.server.configuration import GatewayConfiguration, read_configuration
from launcher.server.connections import ConnectionLimits, connection_settings
from launcher.server.dependencies import Clock, NewId
from launcher.server.whole_gateway import WholeGateway, build_gateway

GRACE_SECONDS = 1
SELF_TEST_SECONDS = 10.0
READY_PATH = "/health/ready"
QUIET_SECONDS = 1.0
"""After this the sign-in page has been shown, and what the login needs next is made before it comes."""

Say = Callable[[dict[str, Any]], None]


class NotReady(Exception):
    """Our state: the gateway came up but did not answer itself."""


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
) -> None:
    """Serve on ``listener`` until ``ended`` is set; returns within two seconds after that.

    ``given`` is the object of :func:`launcher.server.configuration.read_configuration`. ``say`` writes one JSON
    object to the parent and has written it when it returns: ``{"type": "record", "key", "sealed"}`` for each
    change of state, ``{"type": "ready", ...}`` once the gateway has answered one request to itself.
    Raises ``ConfigurationWrong``, ``SealBroken`` or :class:`NotReady`.
    """
    configuration = read_configuration(given)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def sink(name: str, sealed: bytes | None) -> None:
        text = None if sealed is None else base64.b64encode(sealed).decode("ascii")
        say({"type": "record", "key": name, "sealed": text})

    gateway = build_gateway(configuration, sink, clock, new_id, random_bytes)
    server = QuietServer(
        uvicorn.Config(
            gateway.application(),
            **connection_settings(ConnectionLimits()),
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    ending = asyncio.create_task(ended.wait())
    warming = asyncio.create_task(_warm_up(gateway))
    try:
        await _started(server, serving)
        await _answer_to_itself(configuration, listener)
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


async def _warm_up(gateway: WholeGateway) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    await asyncio.to_thread(gateway.warm_up)


async def _started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started:
        if serving.done():
            raise NotReady("the server ended while it started")
        await asyncio.sleep(0.002)


async def _answer_to_itself(configuration: GatewayConfiguration, listener: socket.socket) -> None:
    """Ask for our own readiness over the real socket, with the real Host."""
    address, port = listener.getsockname()[:2]
    status = await asyncio.to_thread(_ask, address, port, configuration.settings.authority)
    if status != 200:
        raise NotReady(f"the gateway answered itself with {status}")


def _ask(address: str, port: int, authority: str) -> int:
    connection = http.client.HTTPConnection(address, port, timeout=SELF_TEST_SECONDS)
    try:
        connection.request("GET", READY_PATH, headers={"Host": authority, "Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()
