"""A vendor's record system with windows of its own: it knows the open standards and nothing of this product."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import queue
import secrets
import socket
import ssl
import threading
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from websockets.sync.client import ClientConnection, connect

EVENTS = "Patient-open,Patient-close,SyncError"


class RecordProgram:
    """RFC 8252 and FHIRcast from outside; ``secret`` makes it a confidential client."""

    def __init__(
        self, http: httpx2.Client, fhir: str, client_id: str, scope: str, secret: str | None = None
    ) -> None:
        self._http = http
        self._fhir = fhir
        self._client_id = client_id
        self._scope = scope
        self._secret = secret
        self._verifier = secrets.token_urlsafe(48)
        self._state = secrets.token_urlsafe(16)
        self._endpoints = http.get(f"{fhir}/.well-known/smart-configuration").json()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.redirect_uri = f"http://127.0.0.1:{self._listener.getsockname()[1]}/callback"
        self._open = contextlib.ExitStack()
        self._returned: queue.Queue[dict[str, str]] = queue.Queue()
        threading.Thread(target=self._wait_for_browser, daemon=True).start()
        self.tokens: dict[str, Any] = {}
        self.channel: ClientConnection

    def close(self) -> None:
        """Leave."""
        self._open.close()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def login_address(self) -> str:
        """What it opens in the user's browser."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self._verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self._scope,
            "state": self._state,
            "aud": self._fhir,
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{self._endpoints['authorization_endpoint']}?{urlencode(asked)}"

    def returned(self) -> dict[str, str]:
        """What the browser has brought back to the loopback address."""
        answer = self._returned.get(timeout=10)
        assert answer["state"] == self._state
        return answer

    def _wait_for_browser(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(10)
            target = connection.recv(65536).split(b" ")[1].decode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        self._returned.put(dict(parse_qsl(urlsplit(target).query)))

    def redeem(self, code: str) -> httpx2.Response:
        """Exchange the code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self._verifier,
        }
        auth = (self._client_id, self._secret) if self._secret is not None else None
        given = form if auth else {**form, "client_id": self._client_id}
        answer = self._http.post(self._endpoints["token_endpoint"], data=given, auth=auth)
        if answer.status_code == 200:
            self.tokens = answer.json()
        return answer

    @property
    def bearer(self) -> dict[str, str]:
        """How it names itself."""
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def read(self, patient: str) -> int:
        """The status of reading a patient."""
        return self._http.get(f"{self._fhir}/Patient/{patient}", headers=self.bearer).status_code

    def joins(self, **how: Any) -> str:
        """Subscribe and connect; the scheme of the channel. ``how`` is for the connection."""
        form = {
            "hub.channel.type": "websocket",
            "hub.mode": "subscribe",
            "hub.topic": self.tokens["hub.topic"],
            "hub.events": EVENTS,
            "subscriber.name": "Fjelljournal",
        }
        answer = self._http.post(self.tokens["hub.url"], data=form, headers=self.bearer)
        assert answer.status_code == 202, answer.text
        endpoint = answer.json()["hub.channel.endpoint"]
        self.channel = self._open.enter_context(connect(endpoint, proxy=None, **how))
        assert self.frame()["hub.mode"] == "subscribe"
        return urlsplit(endpoint).scheme

    def frame(self) -> dict[str, Any]:
        """The next frame."""
        return dict(json.loads(self.channel.recv(5)))

    def event(self, name: str) -> dict[str, Any]:
        """The next frame, which is this event."""
        frame = self.frame()
        assert frame.get("event", {}).get("hub.event") == name, frame
        return frame

    def answers(self, event_id: str, status: int = 200) -> None:
        """Acknowledge."""
        self.channel.send(json.dumps({"id": event_id, "status": status}))

    def opens(self, patient: str, at: datetime) -> httpx2.Response:
        """Open a patient for everybody."""
        resource = {
            "resourceType": "Patient",
            "id": patient,
            "identifier": [{"system": "urn:example:number", "value": patient}],
        }
        event = {
            "timestamp": at.isoformat().replace("+00:00", "Z"),
            "id": secrets.token_hex(8),
            "event": {
                "hub.topic": self.tokens["hub.topic"],
                "hub.event": "Patient-open",
                "context": [{"key": "patient", "resource": resource}],
            },
        }
        return self._http.post(self.tokens["hub.url"], json=event, headers=self.bearer)


def trusting_socket(port: int, context: ssl.SSLContext, name: str) -> dict[str, Any]:
    """How to connect to a name that no resolver knows here."""
    plain = socket.create_connection(("127.0.0.1", port), 5)
    return {"sock": plain, "ssl": context, "server_hostname": name}
