"""A whole gateway on a real socket, with the sandbox's systems upstream; asked only over HTTP."""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import contextlib
import hashlib
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from joserfc.jwk import ECKey, RSAKey

from launcher.oauth.proof_key import s256
from launcher.server.serve import serve
from tests.fakes.browser import Browser, Page
from tests.fakes.clock import MovedClock
from tests.fakes.upstream_systems import GATEWAY_CLIENT, GATEWAY_KEY, LoopThread, UpstreamSystems

SHELL, SHELL_SECRET = "vaktrom-shell", "shell-secret-of-a-test"
STATE_KEY = bytes(range(32))
VERIFIER = "verifier-" + "v" * 43
SHELL_SCOPE = "openid fhirUser profile online_access user/*.cruds fhircast/*.*"
APP_SCOPE = "openid fhirUser launch online_access patient/Patient.rs patient/Observation.cruds"
FOLLOWER_SCOPE = (
    "openid fhirUser launch online_access user/Patient.rs user/Observation.rs "
    "fhircast/Patient-open.read fhircast/Patient-close.read"
)

APP_SECRET = "secret-of-an-app"
APP_SECRET_SHA256 = hashlib.sha256(APP_SECRET.encode()).hexdigest()
APP_KEY = RSAKey.generate_key(2048, {"kid": "app-rsa"}, private=True)
APP_CURVE_KEY = ECKey.generate_key("P-384", {"kid": "app-ec"}, private=True)
EVERYTHING = (
    "openid fhirUser profile launch launch/patient launch/encounter online_access "
    "offline_access patient/*.cruds user/*.cruds fhircast/*.* messaging/ui messaging/scratchpad messaging/fhir"
)

Records = dict[str, str]


def app_client(client_id: str, **changes: Any) -> dict[str, Any]:
    """An approved public app with its own origin."""
    origin = f"http://{client_id}.localhost:9999"
    return {
        "client_id": client_id,
        "client_name": client_id.title(),
        "publisher": "Prøve AS",
        "redirect_uris": [f"{origin}/index.html"],
        "launch_uri": f"{origin}/launch.html",
        "scope": APP_SCOPE,
        "origins": [origin],
        **changes,
    }


CLIENTS = [
    app_client("notat"),
    app_client("legemidler"),
    app_client("malinger", follows="fhircast", scope=FOLLOWER_SCOPE),
    app_client("melder", scope=f"{APP_SCOPE} messaging/ui messaging/scratchpad messaging/fhir"),
    app_client("skriver", scope=f"{APP_SCOPE} messaging/scratchpad", facts={"intents": ["order-review"]}),
    app_client(
        "ser",
        scope="launch patient/Patient.rs",
        facts={"intents": ["order-review", "urn:x:look"]},
        launch_uri=None,
    ),
    app_client("ukjent", approved=False),
    app_client(
        "kontakt",
        scope="openid launch launch/encounter online_access patient/Patient.rs patient/Encounter.r",
    ),
    app_client(
        "klassisk",
        scope="openid fhirUser profile launch launch/patient online_access patient/*.read patient/Observation.write",
    ),
    app_client(
        "fravaer",
        scope="openid fhirUser profile launch online_access offline_access patient/Patient.read patient/Encounter.read",
        token_endpoint_auth_method="client_secret_basic",
        secret_sha256=APP_SECRET_SHA256,
    ),
    app_client("alt", scope=EVERYTHING),
    app_client("alt-folger", scope=EVERYTHING, follows="fhircast"),
    app_client("hemmelig", token_endpoint_auth_method="client_secret_basic", secret_sha256=APP_SECRET_SHA256),
    app_client(
        "signert",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [APP_KEY.as_dict(private=False), APP_CURVE_KEY.as_dict(private=False)]},
    ),
]


@dataclass
class Shell:
    """What the shell does, over HTTP: a login, tokens, the workspace API."""

    gateway: RunningGateway
    browser: Browser
    tokens: dict[str, Any]

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """One workspace call."""
        return self.gateway.http.request(method, path, json=body, headers={**self.bearer, **headers})

    def context(self) -> str:
        """A new patient tab; its topic."""
        answer = self.call("POST", "/workspace/contexts")
        assert answer.status_code == 201, answer.text
        topic: str = answer.json()["topic"]
        return topic

    def post_open(self, topic: str, patient: str) -> httpx2.Response:
        """Post Patient-open; the hub's answer."""
        identifier = [{"system": "urn:example:number", "value": patient}]
        event = {
            "timestamp": self.gateway.clock.now().isoformat().replace("+00:00", "Z"),
            "id": secrets.token_hex(8),
            "event": {
                "hub.topic": topic,
                "hub.event": "Patient-open",
                "context": [
                    {
                        "key": "patient",
                        "resource": {"resourceType": "Patient", "id": patient, "identifier": identifier},
                    }
                ],
            },
        }
        return self.call("POST", "/fhircast", event)

    def open_patient(self, topic: str, patient: str) -> None:
        """Open a patient whom the user may read."""
        answer = self.post_open(topic, patient)
        assert answer.status_code == 202, answer.text

    def pane(self, client_id: str, topic: str) -> tuple[str, Browser]:
        """A new pane and the browser in it."""
        answer = self.call("POST", "/workspace/panes", {"client_id": client_id, "topic": topic})
        assert answer.status_code == 201, answer.text
        cookie = answer.json()["cookie"]
        browser = self.gateway.browser()
        browser.put_cookie("127.0.0.1", cookie["name"], cookie["value"], cookie["path"])
        return answer.json()["pane"], browser

    def launch(self, client_id: str, topic: str, pane: str | None = None, **extra: Any) -> httpx2.Response:
        """Ask for a launch."""
        body = {"client_id": client_id, "topic": topic, **extra}
        return self.call("POST", "/workspace/launches", body if pane is None else {**body, "pane": pane})

    def app(self, client_id: str, topic: str, scope: str | None = None, **extra: Any) -> dict[str, Any]:
        """Launch an app in a new pane; the token response, with ``pane`` beside it."""
        pane, browser = self.pane(client_id, topic)
        launched = self.launch(client_id, topic, pane, **extra)
        assert launched.status_code == 201, launched.text
        return {
            **self.gateway.app_tokens(browser, client_id, launched.json()["launch"], scope),
            "pane": pane,
        }


@dataclass
class RunningGateway:
    """A gateway in this process, on a loop of its own."""

    base_url: str
    clock: MovedClock
    records: Records
    http: httpx2.Client
    clients: Mapping[str, dict[str, Any]]
    ready: dict[str, Any] = field(default_factory=dict)

    @property
    def fhir_base(self) -> str:
        return self.base_url + "/fhir"

    def browser(self) -> Browser:
        """A fresh browser that stops at the shell's callback and at every app."""
        apps = [uri for client in self.clients.values() for uri in client["redirect_uris"]]
        return Browser((f"{self.base_url}/callback", "http://127.0.0.1:5555/callback", *apps))

    def authorize_url(self, client_id: str = SHELL, /, **changes: str | None) -> str:
        """An authorization request; ``None`` leaves a parameter out."""
        shell = client_id == SHELL
        client = self.clients.get(client_id, {})
        uris = client.get("redirect_uris", [""])
        given = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": f"{self.base_url}/callback" if shell else uris[0],
            "scope": SHELL_SCOPE if shell else client.get("scope", "openid"),
            "state": "state-of-a-test",
            "nonce": "nonce-of-a-test",
            "aud": self.fhir_base,
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        query = urlencode({name: value for name, value in given.items() if value is not None})
        return f"{self.base_url}/oauth/authorize?{query}"

    def token(self, auth: tuple[str, str] | None = None, **form: str) -> httpx2.Response:
        """One token request."""
        return self.http.post("/oauth/token", data=form, auth=auth or httpx2.USE_CLIENT_DEFAULT)

    def redeem(self, code: str, client_id: str = SHELL, redirect_uri: str | None = None) -> httpx2.Response:
        """Exchange a code as the client does."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": VERIFIER,
            "redirect_uri": redirect_uri or urlsplit(self.authorize_redirect(client_id)).geturl(),
        }
        if client_id == SHELL:
            return self.token((SHELL, SHELL_SECRET), **form)
        return self.token(None, client_id=client_id, **form)

    def authorize_redirect(self, client_id: str) -> str:
        """The redirect URI that :meth:`authorize_url` uses."""
        if client_id == SHELL:
            return f"{self.base_url}/callback"
        uri: str = self.clients[client_id]["redirect_uris"][0]
        return uri

    def refresh(self, refresh_token: str, client_id: str = SHELL, **form: str) -> httpx2.Response:
        """One refresh."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **form}
        if client_id == SHELL:
            return self.token((SHELL, SHELL_SECRET), **form)
        return self.token(None, client_id=client_id, **form)

    def shell(self, username: str = "siri", browser: Browser | None = None) -> Shell:
        """Sign in."""
        browser = browser or self.browser()
        callback = browser.sign_in(self.authorize_url(), username)
        assert "code" in callback.query, callback
        answer = self.redeem(callback.query["code"])
        assert answer.status_code == 200, answer.text
        return Shell(self, browser, answer.json())

    def app_tokens(
        self, browser: Browser, client_id: str, launch: str | None, scope: str | None = None
    ) -> dict[str, Any]:
        """Authorize and redeem as an app in a pane does; no login form may come up."""
        changes: dict[str, str | None] = {"launch": launch}
        if scope is not None:
            changes["scope"] = scope
        callback: Page = browser.open(self.authorize_url(client_id, **changes))
        assert "code" in callback.query, (callback.status, callback.url, callback.text)
        answer = self.redeem(callback.query["code"], client_id)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


def gateway_configuration(
    systems: UpstreamSystems, folder: Path, clients: Sequence[dict[str, Any]], which: int
) -> dict[str, Any]:
    """What the gateway on that socket is told at its start."""
    port = systems.gateway_sockets[which].getsockname()[1]
    return {
        "base_url": f"http://127.0.0.1:{port}",
        "authority": f"127.0.0.1:{port}",
        "upstream_fhir": systems.fhir_base,
        "identity_provider": {
            "issuer": systems.issuer,
            "client_id": GATEWAY_CLIENT,
            "method": "private_key_jwt",
            "key": GATEWAY_KEY.as_dict(private=True),
        },
        "shell_client_id": SHELL,
        "shell_client_secret": SHELL_SECRET,
        "clients": list(clients),
        "audit_path": str(folder / "audit.sqlite"),
        "audit_keys": [["1", base64.b64encode(STATE_KEY).decode()]],
        "state_key": base64.b64encode(STATE_KEY).decode(),
    }


@contextmanager
def running_gateway(
    systems: UpstreamSystems,
    folder: Path,
    *,
    clients: Sequence[dict[str, Any]] = (),
    sites: Sequence[dict[str, Any]] = (),
    records: Records | None = None,
    which: int = 0,
    **changes: Any,
) -> Iterator[RunningGateway]:
    """Start a gateway on one of the systems' registered ports; ``records`` are those of an earlier life.

    A site's host is given without the port.
    """
    listener = systems.gateway_sockets[which]
    kept: Records = dict(records or {})
    given = [*CLIENTS, *clients]
    configuration = gateway_configuration(systems, folder, given, which)
    base_url = configuration["base_url"]
    port = listener.getsockname()[1]
    configuration |= {
        "sites": [{**site, "host": f"{site['host']}:{port}"} for site in sites],
        "records": [{"key": key, "sealed": sealed} for key, sealed in kept.items()],
        **changes,
    }
    is_ready = threading.Event()
    ready: dict[str, Any] = {}

    def say(message: dict[str, Any]) -> None:
        if message["type"] == "ready":
            ready.update(message)
            is_ready.set()
        elif message["sealed"] is None:
            kept.pop(message["key"], None)
        else:
            kept[message["key"]] = message["sealed"]

    thread = LoopThread()
    own_listener = listener.dup()
    ended = asyncio.Event()
    running: concurrent.futures.Future[None] = asyncio.run_coroutine_threadsafe(
        serve(
            configuration,
            own_listener,
            say,
            ended,
            clock=systems.clock,
            new_id=lambda: secrets.token_urlsafe(24),
            random_bytes=secrets.token_bytes,
        ),
        thread.loop,
    )
    running.add_done_callback(lambda _: is_ready.set())
    try:
        assert is_ready.wait(20)
        if running.done():
            running.result()
        with httpx2.Client(base_url=base_url, timeout=10, trust_env=False) as http:
            by_id = {client["client_id"]: client for client in given}
            yield RunningGateway(base_url, systems.clock, kept, http, by_id, ready)
    finally:
        thread.loop.call_soon_threadsafe(ended.set)
        with contextlib.closing(own_listener):
            running.exception(10)
            thread.close()
    running.result(0)
