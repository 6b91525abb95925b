"""One HTTP call to the hub as the runner and the access log see it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from launcher.server.fhir.exchange import request_id_of

LONGEST_PATH_TOLD = 512


@dataclass(frozen=True, slots=True)
class HubCall:
    """Who says what: the Authorization header as it came, the body, and what a record tells of the call.

    ``request_id`` is the caller's X-Request-Id where it is harmless, else empty.
    """

    authorization: str | None
    body: bytes = b""
    method: str = ""
    path: str = ""
    media_type: str = ""
    request_id: str = ""
    client_address: str = ""

    @classmethod
    def of(cls, request: Request) -> HubCall:
        """The call of a request whose body has not been read yet."""
        return cls(
            authorization=request.headers.get("authorization"),
            method=request.method,
            path=request.url.path[:LONGEST_PATH_TOLD],
            media_type=request.headers.get("content-type", "").partition(";")[0].strip().lower(),
            request_id=request_id_of(dict(request.scope["headers"]), str),
            client_address=request.client.host if request.client else "",
        )
