"""The least that a proxy on the same libraries does: Starlette and uvicorn in front, aiohttp behind, bytes in between.

``python -m tests.bench.bare_proxy UPSTREAM`` reads the upstream's token from standard input, prints its port and
serves until standard input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator

import aiohttp
import uvicorn
import yarl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

KEPT = ("content-type", "etag", "last-modified")


def application(upstream: str, token: str) -> Starlette:
    """Passes each request on with the upstream's token and streams the answer back."""
    sessions: list[aiohttp.ClientSession] = []

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, skip_auto_headers=("User-Agent",)
        ) as session:
            sessions.append(session)
            yield

    async def pass_on(request: Request) -> Response:
        query = request.url.query
        target = upstream + request.url.path.removeprefix("/fhir") + (f"?{query}" if query else "")
        answer = await sessions[0].request(
            request.method,
            yarl.URL(target, encoded=True),
            headers={"Authorization": f"Bearer {token}", "Accept": "application/fhir+json"},
            allow_redirects=False,
        )

        async def chunks() -> AsyncIterator[bytes]:
            async with answer:
                async for chunk in answer.content.iter_any():
                    yield chunk

        headers = {name: answer.headers[name] for name in KEPT if name in answer.headers}
        headers["content-length"] = answer.headers["content-length"]
        return StreamingResponse(chunks(), answer.status, headers)

    return Starlette(routes=[Route("/fhir/{path:path}", pass_on)], lifespan=lifespan)


async def main() -> None:
    """Serve on a free port of 127.0.0.1."""
    token = sys.stdin.readline().strip()
    listener = socket.socket(
        socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # named, or no TCP_NODELAY
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    config = uvicorn.Config(
        application(sys.argv[1], token), access_log=False, log_config=None, server_header=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main())
