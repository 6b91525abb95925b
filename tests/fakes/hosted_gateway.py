"""A hosted gateway behind TLS, as ``vaktrom gateway`` makes it, in this process or in one of its own."""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import contextlib
import hashlib
import json
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from shell.composition.hosted import HostedChoice, prepare_hosted
from tests.fakes.browser import Browser
from tests.fakes.clock import MovedClock
from tests.fakes.environment import ROOT
from tests.fakes.gateway import APP_SECRET_SHA256, SHELL, VERIFIER, RunningGateway, Shell
from tests.fakes.hosted_names import APPS_DOMAIN, GATEWAY_HOST, VENDOR, Authority, SecureBrowser, client
from tests.fakes.upstream_systems import GATEWAY_CLIENT, GATEWAY_KEY, LoopThread, UpstreamSystems

CALLBACK = "http://127.0.0.1:5555/callback"
ENDS_WITHIN = 5.0
NAV_SCOPE = (
    "openid profile launch fhirUser offline_access patient/Patient.read patient/Encounter.read "
    "patient/Condition.read patient/DocumentReference.read patient/DocumentReference.write"
)
PACKAGED, SERVER_SIDE = "notat", "syk-inn"


def _manifest(app_id: str, **members: Any) -> dict[str, Any]:
    return {
        "manifest_version": 1,
        "id": app_id,
        "client_name": app_id.title(),
        "publisher": "Prøve AS",
        "description": "Til prøve",
        "software_version": "1.0.0",
        "token_endpoint_auth_method": "none",
        "follows": "relaunch",
        "contacts": ["hjelp@leverandor.example"],
        "policy_uri": f"{VENDOR}/personvern",
        "icon": "icon.svg",
        **members,
    }


def write_apps(folder: Path) -> Path:
    """A packaged app, and one whose server calls back."""
    icon = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/></svg>'
    page = '<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>Notat</title></head><body></body></html>'
    packaged = _manifest(
        PACKAGED,
        launch_uri="launch.html",
        redirect_uris=["index.html"],
        scope="launch openid fhirUser online_access patient/Patient.rs patient/Observation.rs",
    )
    called_back = _manifest(
        SERVER_SIDE,
        launch_uri=f"{VENDOR}/launch",
        redirect_uris=[f"{VENDOR}/callback"],
        scope=NAV_SCOPE,
        token_endpoint_auth_method="client_secret_basic",
        server_side=True,
    )
    for manifest in (packaged, called_back):
        root = folder / str(manifest["id"])
        root.mkdir(parents=True)
        (root / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (root / "icon.svg").write_text(icon, encoding="utf-8")
    for name in ("launch.html", "index.html"):
        (folder / PACKAGED / name).write_text(page, encoding="utf-8")
    return folder


def reserved_port() -> socket.socket:
    """A port that nobody else gets, while who asks for it by number may still listen on it."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def public_url(held: socket.socket) -> str:
    """The public URL of a gateway on a reserved port."""
    return f"https://{GATEWAY_HOST}:{held.getsockname()[1]}"


@dataclass
class HostedShell(Shell):
    """The shell as a hosted gateway wants it: every call with a proof of its key."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", private=True))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """One workspace or hub call."""
        token = self.tokens["access_token"]
        proof = proof_of(self.gateway, self.key, method, path, token)
        given = {"Authorization": f"DPoP {token}", "DPoP": proof, **headers}
        return self.gateway.http.request(method, path, json=body, headers=given)

    def pane(self, client_id: str, topic: str) -> tuple[str, Browser]:
        """A new pane and the browser in it."""
        answer = self.call("POST", "/workspace/panes", {"client_id": client_id, "topic": topic})
        assert answer.status_code == 201, answer.text
        cookie = answer.json()["cookie"]
        assert (cookie["name"].startswith("__Host-"), cookie["secure"], cookie["path"]) == (True, True, "/")
        browser = self.gateway.browser()
        browser.put_cookie(GATEWAY_HOST, cookie["name"], cookie["value"], cookie["path"])
        return answer.json()["pane"], browser

    def renew(self) -> httpx2.Response:
        """One refresh; the new tokens are kept."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self.tokens["refresh_token"],
            "client_id": SHELL,
        }
        proof = proof_of(self.gateway, self.key, "POST", "/oauth/token")
        answer = self.gateway.http.post("/oauth/token", data=form, headers={"DPoP": proof})
        if answer.status_code == 200:
            self.tokens = answer.json()
        return answer


def proof_of(gateway: RunningGateway, key: ECKey, method: str, path: str, token: str | None = None) -> str:
    """A DPoP proof (RFC 9449 4.2)."""
    claims: dict[str, Any] = {
        "htm": method,
        "htu": gateway.base_url + path.partition("?")[0],
        "iat": int(gateway.clock.now().timestamp()),
        "jti": secrets.token_hex(8),
    }
    if token is not None:
        digest = hashlib.sha256(token.encode()).digest()
        claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


@dataclass
class HostedUnderTest(RunningGateway):
    """A running hosted gateway, asked over TLS."""

    trusting: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def browser(self) -> Browser:
        """A fresh browser that stops at the shell's callback and at every app."""
        apps = [uri for given in self.clients.values() for uri in given["redirect_uris"]]
        return SecureBrowser((CALLBACK, *apps), self.trusting)

    def authorize_redirect(self, client_id: str) -> str:
        """The redirect URI that a client uses."""
        return CALLBACK if client_id == SHELL else super().authorize_redirect(client_id)

    def authorize_url(self, client_id: str = SHELL, /, **changes: str | None) -> str:
        """An authorization request; ``None`` leaves a parameter out."""
        return super().authorize_url(
            client_id, **{"redirect_uri": self.authorize_redirect(client_id), **changes}
        )

    def shell(self, username: str = "siri", browser: Browser | None = None) -> HostedShell:
        """Sign in, with a key of this desktop's own."""
        signed_in = HostedShell(self, browser or self.browser(), {})
        callback = signed_in.browser.sign_in(self.authorize_url(), username)
        assert "code" in callback.query, callback
        answer = self.redeem_with(signed_in.key, callback.query["code"])
        assert answer.status_code == 200, answer.text
        signed_in.tokens = answer.json()
        return signed_in

    def redeem_with(self, key: ECKey | None, code: str) -> httpx2.Response:
        """Exchange the shell's code, with a proof of ``key`` or without one."""
        form = {
            "grant_type": "authorization_code",
            "client_id": SHELL,
            "code": code,
            "code_verifier": VERIFIER,
            "redirect_uri": CALLBACK,
        }
        headers = {} if key is None else {"DPoP": proof_of(self, key, "POST", "/oauth/token")}
        return self.http.post("/oauth/token", data=form, headers=headers)


@dataclass
class Place:
    """Where one hosted gateway stands: its files, its port, its certificate; it may live there several times."""

    folder: Path
    systems: UpstreamSystems
    authority: Authority
    port: int
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """The public URL."""
        return f"https://{GATEWAY_HOST}:{self.port}"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "gateway.json"

    def write(self, **changes: Any) -> dict[str, Any]:
        """Write the configuration file; a change to ``None`` leaves a member out."""
        key_file = self.folder / "provider-key.json"
        key_file.write_text(json.dumps(GATEWAY_KEY.as_dict(private=True)), encoding="utf-8")
        given = {
            "public_url": self.base_url,
            "listen": f"127.0.0.1:{self.port}",
            "tls_cert": str(self.authority.certificate),
            "tls_key": str(self.authority.key),
            "state": "state",
            "state_key_file": "state-keys.json",
            "apps": "apps",
            "apps_domain": APPS_DOMAIN,
            "clients": [{"client_id": SERVER_SIDE, "secret_sha256": APP_SECRET_SHA256}],
            "upstream_fhir": self.systems.fhir_base,
            "identity_provider": {
                "issuer": self.systems.issuer,
                "client_id": GATEWAY_CLIENT,
                "key_file": "provider-key.json",
            },
            **changes,
        }
        given = {name: value for name, value in given.items() if value is not None}
        self.config.write_text(json.dumps(given), encoding="utf-8")
        return given

    def under_test(self, clock: MovedClock, http: httpx2.Client) -> HostedUnderTest:
        """What tests ask."""
        redirects = {
            PACKAGED: f"https://{PACKAGED}.{APPS_DOMAIN}:{self.port}/index.html",
            SERVER_SIDE: f"{VENDOR}/callback",
        }
        scopes = {PACKAGED: "launch openid fhirUser online_access patient/Patient.rs", SERVER_SIDE: NAV_SCOPE}
        clients = {name: {"redirect_uris": [redirects[name]], "scope": scopes[name]} for name in redirects}
        return HostedUnderTest(self.base_url, clock, {}, http, clients, trusting=self.authority.trusting)

    @contextlib.contextmanager
    def running(self) -> Iterator[HostedUnderTest]:
        """The gateway in this process, on a clock that can be moved."""
        gateway = prepare_hosted(HostedChoice(self.config), self.systems.clock.now())
        thread, ended, is_ready = LoopThread(), asyncio.Event(), threading.Event()
        with contextlib.closing(gateway.listener()) as listener:
            serving: concurrent.futures.Future[None] = asyncio.run_coroutine_threadsafe(
                gateway.serve(
                    listener,
                    lambda message: is_ready.set(),
                    ended,
                    clock=self.systems.clock,
                    new_id=lambda: secrets.token_urlsafe(24),
                    random_bytes=secrets.token_bytes,
                ),
                thread.loop,
            )
            serving.add_done_callback(lambda _: is_ready.set())
            try:
                assert is_ready.wait(20)
                if serving.done():
                    serving.result()
                with client(self.authority.trusting, self.base_url) as http:
                    yield self.under_test(self.systems.clock, http)
            finally:
                thread.loop.call_soon_threadsafe(ended.set)
                serving.exception(10)
                thread.close()
        serving.result(0)

    @contextlib.contextmanager
    def process(self, *arguments: str) -> Iterator[tuple[HostedUnderTest, GatewayCommand]]:
        """``vaktrom gateway`` as it is started by an administrator."""
        with (
            GatewayCommand(self.config, *arguments) as command,
            client(self.authority.trusting, self.base_url) as http,
        ):
            yield self.under_test(MovedClock(), http), command


class GatewayCommand:
    """The command in a process of its own, ready."""

    def __init__(self, config: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "shell", "gateway", "--config", str(config), *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.ready: dict[str, Any] = {}

    def __enter__(self) -> GatewayCommand:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1].decode())
        self.ready = json.loads(line)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def kill(self) -> None:
        """As ``kill -9``."""
        self.process.kill()
        self.process.wait(5)

    def terminate(self) -> tuple[int, str, str]:
        """SIGTERM; the exit code, what was printed after the ready line, and the errors."""
        self.process.send_signal(signal.SIGTERM)
        out, errors = self.process.communicate(timeout=ENDS_WITHIN)
        return self.process.returncode, out.decode(), errors.decode()


def netloc(url: str) -> str:
    """Host and port of a URL."""
    return urlsplit(url).netloc
