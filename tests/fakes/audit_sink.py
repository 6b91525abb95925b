"""A FHIR server that keeps AuditEvents: conditional create by tag, search by tag, out of order on request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.upstream_systems import listen, serving


@dataclass
class AuditSink:
    """``events`` in the order of arrival; the next ``broken`` requests are answered with 503 and stored nowhere.

    ``forgetful``: stores the event and then answers 503, so that it is sent again.
    """

    base: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    broken: int = 0
    forgetful: int = 0
    asked: int = 0
    page_rows: int = 200

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/fhir/AuditEvent", self._handle, methods=["GET", "POST"])])

    def tags(self, system: str) -> list[str]:
        """The codes of this system's tags, one for each event."""
        return [
            tag["code"] for event in self.events for tag in event["meta"]["tag"] if tag["system"] == system
        ]

    async def _handle(self, request: Request) -> Response:
        self.asked += 1
        if self.broken:
            self.broken -= 1
            return Response(status_code=503)
        if request.method == "GET":
            return self._search(request)
        condition = dict(parse_qsl(request.headers.get("if-none-exist", "")))
        if any(self._tagged(event, condition["_tag"]) for event in self.events):
            return Response(status_code=200)
        self.events.append(json.loads(await request.body()))
        if self.forgetful:
            self.forgetful -= 1
            return Response(status_code=503)
        return Response(status_code=201)

    def _search(self, request: Request) -> Response:
        query = dict(request.query_params)
        found = [event for event in reversed(self.events) if self._tagged(event, query["_tag"])]
        offset = int(query.get("_offset", "0"))
        bundle: dict[str, Any] = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": event} for event in found[offset : offset + self.page_rows]],
        }
        if offset + self.page_rows < len(found):
            more = urlencode({**query, "_offset": offset + self.page_rows})
            bundle["link"] = [{"relation": "next", "url": f"{self.base}/AuditEvent?{more}"}]
        return JSONResponse(bundle)

    @staticmethod
    def _tagged(event: dict[str, Any], token: str) -> bool:
        system, _, code = token.partition("|")
        return {"system": system, "code": code} in event["meta"]["tag"]


@contextmanager
def audit_sink() -> Iterator[AuditSink]:
    """A sink on a socket and a loop of its own."""
    listener = listen()
    sink = AuditSink(f"http://127.0.0.1:{listener.getsockname()[1]}/fhir")
    with serving(sink.app(), listener):
        yield sink
