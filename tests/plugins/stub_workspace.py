"""A small stand-in for the workspace: serves app folders by Host and speaks just enough OAuth, FHIR and FHIRcast.

For looking at the bundled apps in a browser, and for making them meet trouble. It checks nothing that the gateway
is responsible for.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Host, Route, Router, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from launcher.server.app_sites import AppSiteFiles
from launcher.server.dependencies import AppSite

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "authorization, content-type, prefer, if-match",
    "Access-Control-Allow-Methods": "GET, POST, PUT, OPTIONS",
}
SUBJECT = {"Patient": None, "AllergyIntolerance": "patient"}


class StubWorkspace:
    """Resources by reference, and switches to make it misbehave."""

    def __init__(self, apps: dict[str, Path]) -> None:
        self.refuse_category = False
        self.scope = "openid fhirUser online_access user/Flag.rs"
        self.apps = apps
        self.port = 0
        self.resources: dict[str, dict[str, Any]] = {}
        self.patient = "p-1"
        self.encounter: str | None = "e-1"
        self.user: str | None = "Practitioner/siri-nordli"
        self.fence: str | None = None
        self.status: dict[str, int] = {}
        self.lose_answers = 0
        self.expires_in = 900
        self.requests: list[tuple[str, str]] = []
        self.refreshes: list[dict[str, str]] = []
        self.acknowledged: list[dict[str, Any]] = []
        self.sockets: list[WebSocket] = []
        self.subscriptions: list[dict[str, str]] = []
        self.current: dict[str, Any] | None = None
        self.move_fence_after = 0.0
        self.challenge = ""
        self.loop: asyncio.AbstractEventLoop | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def launch_url(self, app: str) -> str:
        iss = quote(f"{self.base}/fhir", safe="")
        return f"http://{app}.localhost:{self.port}/launch.html?iss={iss}&launch=once"

    def add(self, *resources: dict[str, Any]) -> None:
        for resource in resources:
            stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            reference = f"{resource['resourceType']}/{resource['id']}"
            version = int(self.resources.get(reference, {}).get("meta", {}).get("versionId", "0")) + 1
            self.resources[reference] = {
                **resource,
                "meta": {"lastUpdated": stamp, "versionId": str(version)},
            }

    # OAuth

    def token(self, **more: Any) -> dict[str, Any]:
        claims = json.dumps({"fhirUser": self.user} if self.user else {}).encode()
        body = base64.urlsafe_b64encode(claims).decode().rstrip("=")
        answer = {
            "access_token": f"token-{len(self.refreshes)}",
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "refresh_token": f"refresh-{len(self.refreshes)}",
            "scope": self.scope,
            "id_token": f"e30.{body}.x",
            "hub.url": f"{self.base}/fhircast",
            "hub.topic": "topic-1",
            "patient": self.patient,
            **more,
        }
        return {**answer, "encounter": self.encounter} if self.encounter else answer

    async def configuration(self, request: Request) -> Response:
        found = {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/oauth/authorize",
            "token_endpoint": f"{self.base}/oauth/token",
            "code_challenge_methods_supported": ["S256"],
        }
        return JSONResponse(found, headers=CORS)

    async def authorize(self, request: Request) -> Response:
        query = request.query_params
        self.challenge = query["code_challenge"]
        assert query["launch"] == "once"
        return RedirectResponse(f"{query['redirect_uri']}?code=abc&state={query['state']}", 303)

    async def give_token(self, request: Request) -> Response:
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        if "token" in self.status:
            return JSONResponse({"error": "x"}, self.status["token"], CORS)
        if form["grant_type"] == "refresh_token":
            self.refreshes.append(form)
            return JSONResponse(self.token(), headers=CORS)
        proof = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
            .decode()
            .rstrip("=")
        )
        if proof != self.challenge or not form.get("client_id"):
            return JSONResponse({"error": "invalid_grant"}, 400, CORS)
        return JSONResponse(self.token(), headers=CORS)

    # FHIR

    async def fhir(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(headers=CORS)
        path = request.path_params.get("path", "").strip("/")
        self.requests.append((request.method, f"{path}?{request.url.query}"))
        kind = path.split("/")[0]
        failing = self.status.get(kind) or self.status.get(request.method) or self.status.get("fhir")
        if self.refuse_category and "category" in request.query_params:
            failing = 500
        if failing:
            return JSONResponse({"resourceType": "OperationOutcome"}, failing, CORS)
        if request.method in {"PUT", "POST"}:
            return await self.write(request, path)
        return self.answer(path, request)

    async def write(self, request: Request, path: str) -> Response:
        body = json.loads(await request.body())
        entries = body["entry"] if body["resourceType"] == "Bundle" else [{"resource": body}]
        self.add(*[entry["resource"] for entry in entries])
        if self.lose_answers:
            self.lose_answers -= 1
            return JSONResponse({}, 502, CORS)
        if path:
            return JSONResponse(self.resources[path], 201, CORS)
        done = [{"response": {"status": "201 Created"}} for _ in entries]
        return JSONResponse(
            {"resourceType": "Bundle", "type": "transaction-response", "entry": done}, headers=CORS
        )

    def answer(self, path: str, request: Request) -> Response:
        if "/" in path:
            found = self.resources.get(path)
            if found is None or self.refused(path.split("/")[1] if path.startswith("Patient/") else None):
                return JSONResponse({"resourceType": "OperationOutcome"}, 403 if found else 404, CORS)
            return JSONResponse(found, headers=CORS)
        query = request.query_params
        if self.refused(query.get("patient")):
            return JSONResponse({"resourceType": "OperationOutcome"}, 403, CORS)
        found = [
            one for one in self.resources.values() if one["resourceType"] == path and self.matches(one, query)
        ]
        if query.get("_sort") == "-date":
            found.sort(key=lambda one: str(one.get("effectiveDateTime") or one.get("date")), reverse=True)
        if query.get("_sort") == "-_lastUpdated":
            found.sort(key=lambda one: str(one["meta"]["lastUpdated"]), reverse=True)
        most = int(query.get("_count", "100"))
        entries = [{"resource": one} for one in found[:most]]
        return JSONResponse({"resourceType": "Bundle", "type": "searchset", "entry": entries}, headers=CORS)

    def refused(self, patient: str | None) -> bool:
        return self.fence is not None and patient is not None and patient != self.fence

    @staticmethod
    def matches(one: dict[str, Any], query: Any) -> bool:
        subject = (one.get("subject") or one.get("patient") or {}).get("reference", "")
        if "patient" in query and subject != f"Patient/{query['patient']}":
            return False
        if "code" in query:
            codes = {f"{c.get('system')}|{c.get('code')}" for c in one.get("code", {}).get("coding", [])}
            if not codes & set(query["code"].split(",")):
                return False
        if "category" in query:
            parts = [part for concept in one.get("category", []) for part in concept.get("coding", [])]
            if query["category"] not in {part.get("code") for part in parts}:
                return False
        if "status" in query and one.get("status") not in query["status"].split(","):
            return False
        if "_lastUpdated" in query:
            bound, stamp = query["_lastUpdated"][2:], one["meta"]["lastUpdated"]
            if stamp < bound or (stamp == bound and query["_lastUpdated"].startswith("gt")):
                return False
        since = query.get("date", "ge")[2:]
        return str(one.get("effectiveDateTime", "9"))[: len(since)] >= since

    # FHIRcast

    async def hub(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(headers=CORS)
        if "hub" in self.status:
            return Response(status_code=self.status["hub"], headers=CORS)
        self.subscriptions.append(
            {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        )
        return JSONResponse({"hub.channel.endpoint": f"ws://127.0.0.1:{self.port}/fhircast/ws"}, 202, CORS)

    async def current_context(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(headers=CORS)
        return JSONResponse(self.current or {"context.type": "", "context": []}, headers=CORS)

    async def socket(self, socket: WebSocket) -> None:
        await socket.accept()
        self.sockets.append(socket)
        await socket.send_json({"hub.mode": "subscribe", "hub.topic": "topic-1", "hub.lease_seconds": 600})
        try:
            while True:
                frame = await socket.receive_json()
                self.acknowledged.append(frame)
                if self.fence is not None and self.current:
                    wanted = self.current["context"][0]["resource"]["id"]
                    await asyncio.sleep(self.move_fence_after)
                    self.fence = wanted
        except WebSocketDisconnect:
            self.sockets.remove(socket)

    def event(self, name: str, patient: str, *, stamp: str | None = None, event_id: str = "event-1") -> None:
        """Send one event to all sockets."""
        context = [
            {"key": "patient", "resource": {"resourceType": "Patient", "id": patient, "identifier": [{}]}}
        ]
        moment = stamp or datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = {"hub.topic": "topic-1", "hub.event": name, "context": context}
        opened = name == "Patient-open"
        self.current = {"context.type": "Patient", "context": context} if opened else None
        self._send({"timestamp": moment, "id": event_id, "event": event})

    def drop_sockets(self) -> None:
        """Close every WebSocket, as a gateway that dies would."""
        self._run([socket.close(1011) for socket in list(self.sockets)])

    def _send(self, frame: dict[str, Any]) -> None:
        self._run([socket.send_json(frame) for socket in self.sockets])

    def _run(self, coroutines: list[Any]) -> None:
        assert self.loop is not None

        async def all_of_them() -> None:
            await asyncio.gather(*coroutines)

        asyncio.run_coroutine_threadsafe(all_of_them(), self.loop).result(5)

    # files and wiring

    async def file(self, request: Request) -> Any:
        app = (request.url.hostname or "").removesuffix(".localhost")
        if app not in self.apps:
            return Response(status_code=421)
        return AppSiteFiles(AppSite(request.headers["host"], self.apps[app]), self.base)

    def application(self) -> Starlette:
        everything = ["GET", "POST", "PUT", "OPTIONS"]
        gateway = Router(
            [
                Route("/fhir/.well-known/smart-configuration", self.configuration),
                Route("/oauth/authorize", self.authorize),
                Route("/oauth/token", self.give_token, methods=["POST"]),
                Route("/fhir", self.fhir, methods=everything),
                Route("/fhir/{path:path}", self.fhir, methods=everything),
                Route("/fhircast", self.hub, methods=everything),
                Route("/fhircast/{topic}", self.current_context, methods=everything),
                WebSocketRoute("/fhircast/ws", self.socket),
            ]
        )
        return Starlette(routes=[Host("127.0.0.1", gateway), Route("/{path:path}", self.file)])


@contextmanager
def running(stub: StubWorkspace) -> Iterator[StubWorkspace]:
    """Serve the stub on a free loopback port until the block ends."""
    configuration = uvicorn.Config(
        stub.application(),
        port=0,
        log_level="warning",
        ws="websockets-sansio",
        lifespan="off",
        access_log=False,
    )
    server = uvicorn.Server(configuration)

    def serve() -> None:
        stub.loop = asyncio.new_event_loop()
        stub.loop.run_until_complete(server.serve())
        stub.loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        stub.port = server.servers[0].sockets[0].getsockname()[1]
        yield stub
    finally:
        server.should_exit = True
        thread.join(10)
