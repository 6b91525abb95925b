"""A gateway as its clients see it: addresses from its discovery document, everything else over HTTP."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.conformance.facts import Client, Facts, NotAsked, User
from tests.conformance.network import NamedBrowser, Network
from tests.fakes.browser import Browser, Page

VERIFIER = "verifier-" + "v" * 43
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SHELL_SCOPE = "openid fhirUser profile online_access user/*.cruds fhircast/*.*"
NOBODY = Client("nobody", "none", "https://nobody.example/callback", "", "openid", "https://nobody.example")


class OwnTime:
    """This machine's clock, taken for the server's own: a row that wants to move it cannot be asked."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def advance(self, seconds: float) -> None:
        """Raises ``NotAsked``."""
        raise NotAsked(f"the server's clock is moved {seconds:.0f} s ahead", steer=True)


def base64url(content: bytes) -> str:
    """Base64 for a URL, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


class Gateway:
    """One gateway; ``role`` is that of a registered client (see :data:`tests.conformance.facts.ROLES`)."""

    def __init__(self, facts: Facts, clock: OwnTime) -> None:
        self.facts = facts
        self.clock = clock
        self.network = Network(facts.addresses, facts.ca_file)
        self.http = self.network.http(facts.gateway)
        self.base_url, self.fhir_base = facts.gateway, facts.fhir
        try:
            self.found = self._discovered()
        except BaseException:
            self.close()
            raise

    def _discovered(self) -> Mapping[str, Any]:
        """The discovery document as it is when a run begins."""
        answer = self.http.get(f"{self.fhir_base}/.well-known/smart-configuration")
        document: Mapping[str, Any] = answer.raise_for_status().json()
        return document

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def client(self, role: str, *scopes: str) -> Client:
        """The client of a role, approved for these scopes too; raises ``NotAsked``."""
        client = self.facts.client(role)
        lacking = set(scopes) - set(client.scope.split())
        if lacking:
            raise NotAsked(f"client {role!r} is not approved for {' '.join(sorted(lacking))}")
        return client

    def path(self, member: str) -> str:
        """The address of an endpoint of the discovery document, as it was when the run began."""
        return str(self.found[member])

    def fhir(
        self, method: str, path: str, token: str | None = None, body: Any = None, **headers: str
    ) -> httpx2.Response:
        """One FHIR request below the base."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        return self.http.request(method, self.fhir_base + path, json=body, headers=given)

    def keys(self) -> KeySet:
        """The gateway's public keys."""
        return KeySet.import_key_set(self.http.get(self.path("jwks_uri")).json())

    def browser(self) -> NamedBrowser:
        """A fresh browser that stops at the shell's callback and at every app."""
        apps = [client.redirect_uri for client in self.facts.clients.values() if client.redirect_uri]
        return NamedBrowser((self.facts.callback, *apps), self.network)

    def authorize_url(self, role: str, /, **changes: str | None) -> str:
        """An authorization request; ``None`` leaves a parameter out."""
        client = self._client(role)
        given = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uri,
            "scope": client.scope,
            "state": "state-of-a-test",
            "nonce": "nonce-of-a-test",
            "aud": self.fhir_base,
            "code_challenge": base64url(hashlib.sha256(VERIFIER.encode()).digest()),
            "code_challenge_method": "S256",
            **changes,
        }
        query = urlencode({name: value for name, value in given.items() if value is not None})
        return f"{self.path('authorization_endpoint')}?{query}"

    def _client(self, role: str) -> Client:
        facts = self.facts
        if role == "shell":
            return Client(facts.shell_id, "", facts.callback, "", SHELL_SCOPE, "")
        return self.client(role)

    def token(
        self,
        form: Mapping[str, str],
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """One token request."""
        if auth is None:
            return self.http.post(self.path("token_endpoint"), data=form, headers=headers)
        return self.http.post(self.path("token_endpoint"), data=form, auth=auth, headers=headers)

    def token_for(self, role: str, **form: str) -> httpx2.Response:
        """One token request in which the client proves itself in its own way."""
        client = self.client(role)
        if client.method == "client_secret_basic":
            return self.token(form, (client.client_id, client.secret))
        if client.method == "private_key_jwt":
            return self.token({**form, **self.proven(role)})
        return self.token({"client_id": client.client_id, **form})

    def code_form(self, role: str, code: str) -> dict[str, str]:
        """The form that redeems a code."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client(role).redirect_uri,
            "code_verifier": VERIFIER,
        }

    def redeem(self, code: str, role: str) -> httpx2.Response:
        """Exchange a code as the client does."""
        return self.token_for(role, **self.code_form(role, code))

    def refresh(self, refresh_token: str, role: str, **form: str) -> httpx2.Response:
        """One refresh."""
        return self.token_for(role, grant_type="refresh_token", refresh_token=refresh_token, **form)

    def claims(self, role: str, **changes: Any) -> dict[str, Any]:
        """Claims of a good client assertion; ``None`` leaves one out."""
        client_id = self.client(role).client_id
        good = {
            "iss": client_id,
            "sub": client_id,
            "aud": self.path("token_endpoint"),
            "exp": int(self.clock.now()) + 240,
            "jti": secrets.token_hex(16),
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def proven(self, role: str) -> dict[str, str]:
        """The parameters with which a client proves that it has its key."""
        key = self.client(role).keys[0]
        assertion = signed(self.claims(role), key)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}

    def sign_in(self, browser: Browser, url: str, user: User | None = None) -> Page:
        """Open, fill in the identity provider's form, follow to the end."""
        form, who = self.facts.form, user or self.facts.first_user()
        fields = {form["username"]: who.username, form["password"]: who.password}
        return browser.submit(browser.open(url), 0, **fields)

    def shell(self, user: User | None = None) -> Shell:
        """Sign in as the desktop does: with its secret, or with a key of its own (RFC 9449)."""
        facts, browser = self.facts, self.browser()
        user = user or facts.first_user()
        callback = self.sign_in(browser, self.authorize_url("shell"), user)
        assert "code" in callback.query, (callback.status, callback.url, callback.text)
        form = self.code_form("shell", callback.query["code"])
        key = None
        if facts.shell_secret is not None:
            answer = self.token(form, (facts.shell_id, facts.shell_secret))
        else:
            key = ECKey.generate_key("P-256", private=True)
            proof = self.proof(key, "POST", self.path("token_endpoint"))
            answer = self.token({**form, "client_id": facts.shell_id}, headers={"DPoP": proof})
        assert answer.status_code == 200, answer.text
        return Shell(self, answer.json(), key)

    def proof(self, key: ECKey, method: str, url: str, token: str | None = None) -> str:
        """A DPoP proof (RFC 9449 4.2)."""
        now = int(self.clock.now())
        claims: dict[str, Any] = {"htm": method, "htu": url, "iat": now, "jti": secrets.token_hex(8)}
        if token is not None:
            claims["ath"] = base64url(hashlib.sha256(token.encode()).digest())
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
        return jwt.encode(header, claims, key, algorithms=["ES256"])

    def app_tokens(
        self, browser: Browser, role: str, launch: str | None, scope: str | None = None
    ) -> dict[str, Any]:
        """Authorize and redeem as an app in a pane does; no login form may come up."""
        changes: dict[str, str | None] = {"launch": launch}
        if scope is not None:
            changes["scope"] = scope
        callback = browser.open(self.authorize_url(role, **changes))
        assert "code" in callback.query, (callback.status, callback.url, callback.text)
        answer = self.redeem(callback.query["code"], role)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


class Shell:
    """What the desktop does: tabs, panes and launches, with its own token."""

    def __init__(self, gateway: Gateway, tokens: dict[str, Any], key: ECKey | None) -> None:
        self.gateway, self.tokens, self._key = gateway, tokens, key

    def headers(self, method: str, url: str) -> dict[str, str]:
        """What presents the shell's token at a URL."""
        token = self.tokens["access_token"]
        if self._key is None:
            return {"Authorization": f"Bearer {token}"}
        bare = url.partition("?")[0]
        return {
            "Authorization": f"DPoP {token}",
            "DPoP": self.gateway.proof(self._key, method, bare, token),
        }

    def call(self, method: str, url: str, body: Any = None) -> httpx2.Response:
        """One call with a JSON body or none."""
        return self.gateway.http.request(method, url, json=body, headers=self.headers(method, url))

    def fhir(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """One FHIR request with the user's own rights."""
        return self.call(method, self.gateway.fhir_base + path, body)

    def introspect(self, token: str) -> httpx2.Response:
        """What a token stands for."""
        url = self.gateway.path("introspection_endpoint")
        return self.gateway.http.post(url, data={"token": token}, headers=self.headers("POST", url))

    def leave(self) -> None:
        """End everything of this user."""
        answer = self.call("DELETE", f"{self.gateway.facts.workspace}/session")
        assert answer.status_code in (200, 204), answer.text

    def context(self) -> str:
        """A new patient tab; its topic."""
        answer = self.call("POST", f"{self.gateway.facts.workspace}/contexts")
        assert answer.status_code == 201, answer.text
        topic: str = answer.json()["topic"]
        return topic

    def open_patient(self, topic: str, patient: Mapping[str, Any]) -> None:
        """Open a patient (a FHIR resource) whom the user may read."""
        now = self.gateway.clock.now()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
        resource = {name: patient[name] for name in ("resourceType", "id", "identifier")}
        event = {
            "hub.topic": topic,
            "hub.event": "Patient-open",
            "context": [{"key": "patient", "resource": resource}],
        }
        body = {"timestamp": stamp, "id": secrets.token_hex(8), "event": event}
        answer = self.call("POST", self.gateway.facts.hub, body)
        assert answer.status_code == 202, answer.text

    def pane(self, role: str, topic: str) -> tuple[str, NamedBrowser]:
        """A new pane and the browser in it."""
        body = {"client_id": self.gateway.client(role).client_id, "topic": topic}
        answer = self.call("POST", f"{self.gateway.facts.workspace}/panes", body)
        assert answer.status_code == 201, answer.text
        cookie = answer.json()["cookie"]
        browser = self.gateway.browser()
        host = str(urlsplit(self.gateway.base_url).hostname)
        browser.put_cookie(host, cookie["name"], cookie["value"], cookie["path"])
        return answer.json()["pane"], browser

    def launch(self, role: str, topic: str, pane: str | None = None, **extra: Any) -> httpx2.Response:
        """Ask for a launch."""
        body = {"client_id": self.gateway.client(role).client_id, "topic": topic, **extra}
        if pane is not None:
            body["pane"] = pane
        return self.call("POST", f"{self.gateway.facts.workspace}/launches", body)

    def app(self, role: str, topic: str, scope: str | None = None, **extra: Any) -> dict[str, Any]:
        """Launch an app in a new pane; the token response."""
        pane, browser = self.pane(role, topic)
        launched = self.launch(role, topic, pane, **extra)
        assert launched.status_code == 201, launched.text
        return self.gateway.app_tokens(browser, role, launched.json()["launch"], scope)


def signed(given: dict[str, Any], key: Mapping[str, Any], algorithm: str | None = None, **header: Any) -> str:
    """A client assertion signed with a private JWK."""
    algorithm = algorithm or ("RS384" if key["kty"] == "RSA" else "ES384")
    head = {"alg": algorithm, "kid": key["kid"], "typ": "JWT", **header}
    return jwt.encode(
        head, given, KeySet.import_key_set({"keys": [dict(key)]}).keys[0], algorithms=[algorithm]
    )
