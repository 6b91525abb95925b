"""A FHIR server that keeps resources as bytes and misbehaves on request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FHIR_JSON = "application/fhir+json"
Misbehaviour = Callable[[Request], "Response | None"]


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeUpstream:
    """``versions`` holds every version of a resource as bytes, newest last; ``None`` marks a deletion.

    ``unchanged`` counts the 304 answers; ``hold`` gives two events for a request that is to wait: the first is set
    when its answer is made, the second lets it go.
    ``ignore_narrowing`` returns every resource of the type, and all others as included, whatever was asked.
    """

    base: str = ""
    versions: dict[tuple[str, str], list[bytes | None]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    ignore_narrowing: bool = False
    misbehave: Misbehaviour | None = None
    page_size: int = 50
    delay: float = 0.0
    rejected_tokens: set[str] = field(default_factory=set)
    representation: bool = True
    before_answer: Callable[[Request], None] | None = None
    total_override: int | None = None
    cache_control: str = ""
    unchanged: int = 0
    hold: Callable[[Request], tuple[asyncio.Event, asyncio.Event] | None] | None = None

    def put(self, resource: dict[str, Any] | str) -> None:
        """Store a resource as given; a string keeps its bytes."""
        raw = resource if isinstance(resource, str) else json.dumps(resource)
        parsed = json.loads(raw)
        self.versions.setdefault((parsed["resourceType"], parsed["id"]), []).append(raw.encode())

    def current(self, resource_type: str, identifier: str) -> bytes | None:
        versions = self.versions.get((resource_type, identifier))
        return versions[-1] if versions else None

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/fhir{path:path}", self._handle, methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
            ]
        )

    async def _handle(self, request: Request) -> Response:
        body = await request.body()
        target = request.url.path.removeprefix("/fhir")
        if request.url.query:
            target += "?" + request.url.query
        self.seen.append(Seen(request.method, target, dict(request.headers), body))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.misbehave is not None:
            answer = self.misbehave(request)
            if answer is not None:
                return answer
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.rejected_tokens:
            return self._outcome(401, "login")
        answer = self._route(request, body)
        if self.cache_control:
            answer.headers["cache-control"] = self.cache_control
        held = self.hold(request) if self.hold is not None else None
        if held is not None:
            held[0].set()
            await held[1].wait()
        if self.before_answer is not None:
            self.before_answer(request)
        return answer

    def _route(self, request: Request, body: bytes) -> Response:
        path = request.url.path.removeprefix("/fhir").strip("/")
        segments = path.split("/") if path else []
        query = parse_qsl(request.url.query, keep_blank_values=True)
        if segments == ["metadata"]:
            return self._json(200, CAPABILITIES)
        if not segments:
            return self._transaction(json.loads(body))
        if len(segments) == 2 and segments[1] == "_search":
            return self._search(segments[0], parse_qsl(body.decode(), keep_blank_values=True))
        if len(segments) == 1:
            if request.method == "GET":
                return self._search(segments[0], query)
            if request.method == "POST":
                return self._create(request, segments[0], body)
            return Response(status_code=204)
        if segments[-1] == "$everything":
            return self._bundle([raw for raw in self._all() if raw], "searchset", mode=None)
        if segments[-1] == "_history":
            versions = self.versions.get((segments[0], segments[1]), [])
            return self._history(segments[0], segments[1], versions)
        if len(segments) == 4:
            return self._version(segments[0], segments[1], segments[3])
        return self._instance(request, segments[0], segments[1], body)

    def _all(self) -> list[bytes | None]:
        return [versions[-1] for versions in self.versions.values()]

    def _instance(self, request: Request, resource_type: str, identifier: str, body: bytes) -> Response:
        versions = self.versions.get((resource_type, identifier), [])
        etag = f'W/"{len(versions)}"'
        if request.method == "GET":
            if not versions:
                return self._outcome(404, "not-found", f"{resource_type}/{identifier} is not known")
            if versions[-1] is None:
                return self._outcome(410, "deleted")
            if request.headers.get("if-none-match") == etag:
                self.unchanged += 1
                return Response(status_code=304, headers={"ETag": etag})
            headers = {
                "ETag": etag,
                "Last-Modified": "Mon, 23 Nov 2026 07:00:00 GMT",
                "Set-Cookie": "upstream=secret",
                "X-Internal": "upstream",
            }
            return Response(versions[-1], 200, headers, media_type=FHIR_JSON)
        match = request.headers.get("if-match")
        if match is not None and match != etag:
            return self._outcome(412, "conflict")
        if request.headers.get("if-none-match") == "*" and versions and versions[-1] is not None:
            return self._outcome(412, "conflict")
        if request.method == "DELETE":
            versions.append(None)
            return Response(status_code=204)
        created = not versions
        self.versions.setdefault((resource_type, identifier), []).append(body)
        return self._stored(request, resource_type, identifier, 201 if created else 200)

    def _create(self, request: Request, resource_type: str, body: bytes) -> Response:
        identifier = f"new-{len(self.versions)}"
        resource = json.loads(body)
        raw = json.dumps({**resource, "id": identifier}).encode()
        self.versions[(resource_type, identifier)] = [raw]
        return self._stored(request, resource_type, identifier, 201)

    def _stored(self, request: Request, resource_type: str, identifier: str, status: int) -> Response:
        versions = self.versions[(resource_type, identifier)]
        headers = {
            "Location": f"{self.base}/{resource_type}/{identifier}/_history/{len(versions)}",
            "ETag": f'W/"{len(versions)}"',
        }
        wanted = "return=minimal" not in request.headers.get("prefer", "") and self.representation
        return Response(versions[-1] if wanted else b"", status, headers, media_type=FHIR_JSON)

    def _search(self, resource_type: str, query: list[tuple[str, str]]) -> Response:
        parameters = dict(query)
        offset = int(parameters.pop("_offset", "0"))
        if self.ignore_narrowing:
            found = [raw for raw in self._all() if raw]
        else:
            of_type = [v[-1] for (kind, _), v in self.versions.items() if kind == resource_type and v[-1]]
            found = [raw for raw in of_type if raw and all(_answers(json.loads(raw), n, v) for n, v in query)]
        total = len(found) if self.total_override is None else self.total_override
        if parameters.get("_summary") == "count":
            return self._json(200, {"resourceType": "Bundle", "type": "searchset", "total": total})
        page = found[offset : offset + self.page_size]
        links = [{"relation": "self", "url": f"{self.base}/{resource_type}"}]
        if offset + self.page_size < len(found):
            rest = "&".join(f"{n}={v}" for n, v in query if n != "_offset")
            links.append(
                {
                    "relation": "next",
                    "url": f"{self.base}/{resource_type}?{rest}&_offset={offset + self.page_size}",
                }
            )
        return self._bundle(page, "searchset", links=links, total=total, resource_type=resource_type)

    def _bundle(
        self,
        raws: list[bytes],
        kind: str,
        *,
        links: list[dict[str, str]] | None = None,
        total: int | None = None,
        resource_type: str = "",
        mode: str | None = "match",
    ) -> Response:
        entries = []
        for raw in raws:
            parsed = json.loads(raw)
            own = "match" if parsed["resourceType"] == resource_type or not resource_type else "include"
            search = b',"search":{"mode":"%s"}' % own.encode() if mode else b""
            url = f"{self.base}/{parsed['resourceType']}/{parsed['id']}".encode()
            entries.append(b'{"fullUrl":"' + url + b'","resource":' + raw + search + b"}")
        head: dict[str, Any] = {"resourceType": "Bundle", "type": kind, "link": links or []}
        if total is not None:
            head["total"] = total
        body = json.dumps(head).encode()[:-1] + b',"entry":[' + b",".join(entries) + b"]}"
        return Response(body, 200, media_type=FHIR_JSON)

    def _history(self, resource_type: str, identifier: str, versions: list[bytes | None]) -> Response:
        if not versions:
            return self._outcome(404, "not-found")
        entries = []
        for number, raw in reversed(list(enumerate(versions, 1))):
            target = f"{resource_type}/{identifier}"
            entry: dict[str, Any] = {
                "fullUrl": f"{self.base}/{target}",
                "request": {"method": "PUT" if raw else "DELETE", "url": target},
                "response": {"status": "200 OK", "etag": f'W/"{number}"'},
            }
            if raw:
                entry["resource"] = json.loads(raw)
            entries.append(entry)
        return self._json(200, {"resourceType": "Bundle", "type": "history", "entry": entries})

    def _version(self, resource_type: str, identifier: str, version: str) -> Response:
        versions = self.versions.get((resource_type, identifier), [])
        number = int(version) if version.isdigit() else 0
        if not 0 < number <= len(versions):
            return self._outcome(404, "not-found")
        raw = versions[number - 1]
        return (
            Response(raw, 200, {"ETag": f'W/"{number}"'}, media_type=FHIR_JSON)
            if raw
            else self._outcome(410, "deleted")
        )

    def _transaction(self, bundle: dict[str, Any]) -> Response:
        answers = []
        for entry in bundle["entry"]:
            kind, _, identifier = entry["request"]["url"].partition("?")[0].partition("/")
            if entry["request"]["method"] == "DELETE":
                self.versions.setdefault((kind, identifier), []).append(None)
                answers.append({"response": {"status": "204"}})
                continue
            identifier = identifier or f"new-{len(self.versions)}"
            resource = {**entry["resource"], "id": identifier}
            self.put(resource)
            location = f"{kind}/{identifier}/_history/1"
            answers.append(
                {"response": {"status": "201 Created", "location": location}, "resource": resource}
            )
        return self._json(200, {"resourceType": "Bundle", "type": "transaction-response", "entry": answers})

    def _outcome(self, status: int, code: str, text: str = "upstream words") -> Response:
        issue = {"severity": "error", "code": code, "diagnostics": text, "expression": ["Observation.status"]}
        return self._json(status, {"resourceType": "OperationOutcome", "issue": [issue]})

    def _json(self, status: int, value: Any) -> Response:
        return Response(json.dumps(value), status, media_type=FHIR_JSON)


def _answers(resource: dict[str, Any], name: str, value: str) -> bool:
    if name.startswith("_") and name != "_id":
        return True
    if name == "_id":
        return resource["id"] in value.split(",")
    if name in ("patient", "subject"):
        reference = (resource.get("subject") or resource.get("patient") or resource.get("for") or {}).get(
            "reference"
        )
        return reference in (value, f"Patient/{value}")
    if name == "category":
        codes = [c.get("code") for concept in resource.get("category", []) for c in concept.get("coding", [])]
        return any(token.rpartition("|")[2] in codes for token in value.split(","))
    if name == "location":
        return any(c["attachment"].get("url") in value.split(",") for c in resource.get("content", []))
    return True


CAPABILITIES: dict[str, Any] = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "fhirVersion": "4.0.1",
    "format": ["xml", "json"],
    "implementation": {"url": "http://upstream.invalid/fhir"},
    "rest": [
        {
            "mode": "server",
            "security": {"description": "internal"},
            "resource": [
                {
                    "type": "Patient",
                    "interaction": [{"code": "read"}, {"code": "patch"}, {"code": "search-type"}],
                    "operation": [
                        {"name": "everything", "definition": "x"},
                        {"name": "match", "definition": "y"},
                    ],
                    "searchParam": [{"name": "name", "type": "string"}],
                },
                {"type": "Subscription", "interaction": [{"code": "create"}]},
            ],
            "interaction": [{"code": "transaction"}, {"code": "search-system"}],
            "operation": [{"name": "reindex", "definition": "z"}],
        }
    ],
}
