"""One HTTP exchange on the data plane: what came in, what goes out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from starlette.types import Receive, Scope, Send

from launcher.gateway.outcomes import operation_outcome

FHIR_JSON = b"application/fhir+json;charset=utf-8"
ONCE_ONLY = frozenset(
    {
        b"authorization",
        b"content-type",
        b"content-length",
        b"if-match",
        b"if-none-match",
        b"if-none-exist",
        b"prefer",
        b"x-request-id",
    }
)
LONGEST_TOLD, LONGEST_PATH_TOLD = 8192, 512
"""What a record tells of query, form and path: whatever is longer is refused anyway."""
_REQUEST_ID = re.compile(rb"(?!\d{11}\Z)[A-Za-z0-9\-._]{1,64}\Z")


class BrokenOff(Exception):
    """The rest of a body that has begun does not come, or may not be shown; the text says why."""


class AnswerStream(Protocol):
    """A body that is sent as it comes. ``length`` is its size in bytes, where that is known."""

    @property
    def length(self) -> int | None: ...

    def chunks(self) -> AsyncIterator[bytes]:
        """Raises ``BrokenOff``: the transfer must then not look complete."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is sent; ``headers`` come on top of those that every answer carries.

    With a ``stream`` the ``body`` is empty, and whoever takes the answer closes the stream.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = FHIR_JSON
    stream: AnswerStream | None = None


class AnsweredEarly(Exception):
    """Ends the handling of a request with this answer; ``reason`` goes to the audit record."""

    def __init__(self, answer: Answer, reason: str = "") -> None:
        super().__init__(reason)
        self.answer = answer
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Request:
    """One request, or one entry of a batch: raw path below the base, raw query, single headers, body."""

    method: str
    raw_path: bytes
    raw_query: bytes
    headers: Mapping[bytes, bytes]
    request_id: str
    client_address: str
    token_id: str = ""
    body: bytes = b""

    def line(self) -> str:
        """The request line for the audit record, with the form of a POST ``_search``."""
        query = f"?{self.raw_query[:LONGEST_TOLD].decode('latin-1')}" if self.raw_query else ""
        form = ""
        if self.raw_path.endswith(b"/_search"):
            form = f" {self.body[:LONGEST_TOLD].decode('utf-8', 'replace')}"
        return f"{self.method} {self.raw_path[:LONGEST_PATH_TOLD].decode('latin-1')}{query}{form}"


def refusal(status: int, code: str, text: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """An OperationOutcome as an answer."""
    return Answer(status, operation_outcome(code, text), headers)


def single_headers(scope: Scope) -> dict[bytes, bytes]:
    """Headers by lower-case name. Raises ``AnsweredEarly`` (400) when one that matters is repeated."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in found and name in ONCE_ONLY:
            raise AnsweredEarly(refusal(400, "invalid", f"The header {name.decode('latin-1')} is repeated."))
        found[name] = value
    return found


def request_id_of(headers: Mapping[bytes, bytes], new_id: Callable[[], str]) -> str:
    """The caller's X-Request-Id when it is harmless, else a new one."""
    given = headers.get(b"x-request-id")
    return given.decode("ascii") if given is not None and _REQUEST_ID.match(given) else new_id()


async def whole_body(receive: Receive, headers: Mapping[bytes, bytes], maximum: int) -> bytes:
    """The request body. Raises ``AnsweredEarly``: 413 when it is larger than ``maximum`` bytes."""
    too_large = AnsweredEarly(refusal(413, "too-long", f"The body is larger than {maximum} bytes."))
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > maximum:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise AnsweredEarly(refusal(400, "invalid", "The request broke off."))
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > maximum:
            raise too_large
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def whole_answer(answer: Answer, maximum: int) -> Answer:
    """The answer with its stream read into its body; 413 when that is larger than ``maximum`` bytes, 502 when broken."""
    if answer.stream is None:
        return answer
    body = bytearray()
    try:
        async for chunk in answer.stream.chunks():
            body += chunk
            if len(body) > maximum:
                return refusal(
                    413, "too-costly", "The document is too large for a batch. Ask for it by itself."
                )
    except BrokenOff:
        return refusal(502, "exception", "The document did not come whole.")
    finally:
        await answer.stream.close()
    return replace(answer, body=bytes(body), stream=None)


async def send_answer(send: Send, answer: Answer, request_id: str) -> None:
    """Send one answer: never stored by anybody on the way, never guessed at by a browser (S6)."""
    length = len(answer.body) if answer.stream is None else answer.stream.length
    headers = [
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request_id.encode("ascii")),
        *answer.headers,
    ]
    if answer.status not in (204, 304) and length is not None:
        headers.append((b"content-length", b"%d" % length))
    if answer.body or answer.stream is not None:
        headers.append((b"content-type", answer.content_type))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.stream is not None:
        async for chunk in answer.stream.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": answer.body})


async def send_stream(receive: Receive, send: Send, answer: Answer, request_id: str) -> str | None:
    """Send an answer with a stream; why it was broken off, if it was: the transfer is then not complete.

    Ends early when the client goes away.
    """
    sending = asyncio.ensure_future(send_answer(send, answer, request_id))
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            return "the client went away"
        await sending
    except BrokenOff as broken:
        return str(broken)
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)
    return None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
