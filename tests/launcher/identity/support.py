"""What these tests share: a clock, a server on a real socket, a small browser, keys and requests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey
from starlette.types import ASGIApp, Receive, Scope, Send

from launcher.sandbox.identity import DEMO_USERS, IdentityProviderSettings, ProviderClient, ProviderLimits

AUDIENCE = "http://127.0.0.1:4711/fhir"
GATEWAY = "vaktrom-gateway"
CALLBACK = "http://127.0.0.1:4712/oauth/callback"
LOGGED_OUT = "http://127.0.0.1:4712/logged-out"
ORDINARY = "ordinary"
ORDINARY_CALLBACK = "http://app.localhost:4713/cb"
SECRETIVE = "with-secret"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
VERIFIER = "v" * 43

CLIENT_KEY = RSAKey.generate_key(2048, {"kid": "gateway-1"}, private=True)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "other-1"}, private=True)
CURVE_KEY = ECKey.generate_key("P-256", {"kid": "curve-1"}, private=True)


class ShiftedClock:
    """The machine's clock, moved by hand."""

    def __init__(self) -> None:
        self.shift = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.shift)

    def monotonic(self) -> float:
        return time.monotonic() + self.shift

    def advance(self, seconds: float) -> None:
        self.shift += seconds


def challenge(verifier: str = VERIFIER) -> str:
    """PKCE S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def clients() -> tuple[ProviderClient, ...]:
    """The gateway's client, an ordinary public one, one with a secret, one native."""
    keys = {"keys": [CLIENT_KEY.as_dict(private=False), CURVE_KEY.as_dict(private=False)]}
    return (
        ProviderClient(
            GATEWAY,
            (CALLBACK,),
            "private_key_jwt",
            jwks=keys,
            post_logout_redirect_uris=(LOGGED_OUT,),
            require_pushed_authorization_requests=True,
        ),
        ProviderClient(ORDINARY, (ORDINARY_CALLBACK,), post_logout_redirect_uris=(ORDINARY_CALLBACK,)),
        ProviderClient(
            SECRETIVE,
            (ORDINARY_CALLBACK,),
            "client_secret_basic",
            client_secret="open:sesame and more",
            post_logout_redirect_uris=(LOGGED_OUT,),
        ),
        ProviderClient("native", loopback_paths=("/callback",)),
    )


def provider_settings(port: int, **changes: Any) -> IdentityProviderSettings:
    """Settings of a provider at ``localhost:{port}``."""
    given: dict[str, Any] = {
        "issuer": f"http://localhost:{port}",
        "audience": AUDIENCE,
        "clients": clients(),
        "users": DEMO_USERS,
        "limits": ProviderLimits(),
        **changes,
    }
    return IdentityProviderSettings(**given)


def listener() -> socket.socket:
    """A bound socket on a free port of 127.0.0.1."""
    # With the protocol named, asyncio turns Nagle off on accepted connections; without it each answer waits 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    return bound


@contextmanager
def serving(app: ASGIApp, bound: socket.socket) -> Iterator[None]:
    """The app behind a real socket, in a thread of its own."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="critical", access_log=False, ws="none", lifespan="off", timeout_keep_alive=1
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        bound.close()


class Stage:
    """One server whose app is changed from test to test; starting a server each time would cost seconds."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@dataclass
class Reply:
    """One HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    text: str
    url: str

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the URL that this answer redirects to, or was stopped at."""
        return dict(parse_qsl(urlsplit(self.header("location") or self.url).query))


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append({"action": values.get("action"), "fields": {}, "inputs": []})
        elif tag == "input" and self.forms and values.get("name"):
            self.forms[-1]["fields"][values["name"]] = values.get("value") or ""
            self.forms[-1]["inputs"].append(values)


def forms_of(html: str) -> list[dict[str, Any]]:
    """The forms of a page: action and input values."""
    parser = _Fields()
    parser.feed(html)
    return parser.forms


@dataclass
class Browser:
    """Follows redirects and keeps cookies as a browser does; no JavaScript. Stops at ``stops``."""

    stops: tuple[str, ...] = (CALLBACK, ORDINARY_CALLBACK, LOGGED_OUT, "http://127.0.0.1:5555/")
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "nb-NO,nb;q=0.9"
    visited: list[str] = field(default_factory=list)

    def request(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> Reply:
        """One request, not followed; every name goes to 127.0.0.1."""
        self.visited.append(url)
        parts = urlsplit(url)
        given = {"Host": parts.netloc, "Accept-Language": self.language, **(headers or {})}
        if self.cookies and "Cookie" not in given:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            body = urlencode(form)
            given.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=10)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, body, given)
            response = connection.getresponse()
            reply = Reply(response.status, response.getheaders(), response.read().decode(), url)
        finally:
            connection.close()
        for name, value in reply.headers:
            if name.lower() == "set-cookie":
                self._keep(value)
        return reply

    def _keep(self, line: str) -> None:
        pair, *attributes = line.split(";")
        name, _, value = pair.partition("=")
        if any(attribute.strip().lower() == "max-age=0" for attribute in attributes):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def open(self, url: str) -> Reply:
        """GET and follow."""
        return self.follow(self.request("GET", url))

    def follow(self, reply: Reply) -> Reply:
        """Follow redirects until a page, or until a URL of ``stops`` (that one is not asked)."""
        for _ in range(10):
            location = reply.header("location")
            if not 300 <= reply.status < 400 or location is None:
                return reply
            target = urljoin(reply.url, location)
            if target.startswith(self.stops):
                return Reply(0, [], "", target)
            reply = self.request("GET", target)
        raise AssertionError("too many redirects")

    def submit(self, page: Reply, **fields: str) -> Reply:
        """Fill in the first form of a page and follow."""
        form = forms_of(page.text)[0]
        url = urljoin(page.url, form["action"])
        return self.follow(self.request("POST", url, {**form["fields"], **fields}))

    def sign_in(self, url: str, username: str = "siri", password: str = "vaktrom") -> Reply:
        """Open, fill in, submit; the callback."""
        return self.submit(self.open(url), username=username, password=password)


def assertion(
    issuer: str,
    key: Key = CLIENT_KEY,
    *,
    algorithm: str = "PS256",
    header: Mapping[str, Any] | None = None,
    **claims: Any,
) -> str:
    """A client assertion of the gateway; ``claims`` change it, None removes one."""
    now = int(time.time())
    body = {
        "iss": GATEWAY, "sub": GATEWAY, "aud": issuer, "iat": now, "nbf": now, "exp": now + 30,
        "jti": secrets.token_urlsafe(16), **claims,
    }  # fmt: skip
    head = {"alg": algorithm, "kid": key.kid, "typ": "client-authentication+jwt", **(header or {})}
    return jwt.encode(head, {k: v for k, v in body.items() if v is not None}, key, algorithms=[algorithm])


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unsigned(claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
    """A token with ``alg: none``."""
    head = {"alg": "none", "typ": "JWT", **(header or {})}
    return f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}."


def signed_with_secret(claims: Mapping[str, Any], secret: bytes, header: Mapping[str, Any]) -> str:
    """A token with ``alg: HS256``, made by hand: libraries refuse a public key as a secret."""
    head = json.dumps({"alg": "HS256", "typ": "JWT", **header}).encode()
    signed = f"{_encoded(head)}.{_encoded(json.dumps(claims).encode())}"
    return f"{signed}.{_encoded(hmac.digest(secret, signed.encode(), 'sha256'))}"


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, unchecked."""
    middle = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims


def header_of(token: str) -> dict[str, Any]:
    """The header of a JWT, unchecked."""
    first = token.split(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    return header
