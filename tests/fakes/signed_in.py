"""A signed-in user of a practice environment that runs: the shell's calls and an app's launch, over HTTP alone."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx2

from tests.fakes.browser import Browser

SHELL_SCOPE = "openid fhirUser profile online_access user/*.cruds fhircast/*.*"


@dataclass
class SignedIn:
    """One login at the gateway of a ready line (``vaktrom sandbox --json``); ``sign_in`` makes it.

    ``addresses`` are all that browsers went to, callbacks too; ``cookies`` the values that they were given.
    """

    ready: Mapping[str, Any]
    http: httpx2.Client
    browser: Browser
    tokens: dict[str, Any] = field(default_factory=dict, repr=False)
    addresses: list[str] = field(default_factory=list, repr=False)
    cookies: list[str] = field(default_factory=list, repr=False)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def close(self) -> None:
        self.http.close()

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One call with the shell's token; the JSON of a good answer."""
        answer = self.http.request(method, path, headers=self.bearer, **options)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def fhir(self, resource_type: str, **parameters: str) -> list[dict[str, Any]]:
        """A search as the shell makes it: by POST."""
        answer = self.call("POST", f"/fhir/{resource_type}/_search", data=parameters)
        return [entry["resource"] for entry in answer.get("entry", [])]

    def residents(self) -> list[dict[str, Any]]:
        """The patients of the user's ward, in the order of their ids."""
        ward = self.call("GET", "/workspace/session")["lists"][0]["reference"]
        search = {"service-provider": ward, "_include": "Encounter:subject", "_count": "200"}
        found = self.fhir("Encounter", status="in-progress", **search)
        patients = {item["id"]: item for item in found if item["resourceType"] == "Patient"}
        return [patients[key] for key in sorted(patients)]

    def context(self) -> str:
        """A new patient tab; its topic."""
        return str(self.call("POST", "/workspace/contexts", json={})["topic"])

    def open_patient(self, topic: str, patient: Mapping[str, Any]) -> None:
        """Post ``Patient-open``."""
        resource = {key: patient[key] for key in ("resourceType", "id", "identifier")}
        event = {
            "hub.topic": topic,
            "hub.event": "Patient-open",
            "context": [{"key": "patient", "resource": resource}],
        }
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.call("POST", "/fhircast", json={"timestamp": now, "id": secrets.token_hex(8), "event": event})

    def launch(self, app: str, topic: str, redirect_uri: str, scope: str) -> dict[str, Any]:
        """Launch an app in a new pane as a browser without JavaScript would; its token response."""
        pane = self.call("POST", "/workspace/panes", json={"client_id": app, "topic": topic})
        body = {"client_id": app, "topic": topic, "pane": pane["pane"]}
        launch = self.call("POST", "/workspace/launches", json=body)["launch"]
        own = Browser((redirect_uri,))
        cookie = pane["cookie"]
        own.put_cookie("127.0.0.1", cookie["name"], cookie["value"], cookie["path"])
        code, verifier = authorize(own, self.ready, app, redirect_uri, scope, launch=launch)
        self.addresses += own.visited
        self.cookies.append(cookie["value"])
        return redeem(self.http, code, verifier, redirect_uri, client_id=app)


def sign_in(ready: Mapping[str, Any], username: str = "siri", password: str = "vaktrom") -> SignedIn:
    """Sign in as the shell does; one login form."""
    http = httpx2.Client(base_url=ready["gateway"], timeout=15, trust_env=False)
    redirect_uri = f"{ready['gateway']}/callback"
    shell = ready["shell"]
    browser = Browser((redirect_uri,))
    code, verifier = authorize(
        browser, ready, shell["client_id"], redirect_uri, SHELL_SCOPE, username=username, password=password
    )
    auth = (shell["client_id"], shell["client_secret"])
    tokens = redeem(http, code, verifier, redirect_uri, auth=auth)
    return SignedIn(ready, http, browser, tokens, [*browser.visited], [*browser.cookies.values()])


def authorize(
    browser: Browser,
    ready: Mapping[str, Any],
    client_id: str,
    redirect_uri: str,
    scope: str,
    *,
    launch: str | None = None,
    username: str = "",
    password: str = "",
) -> tuple[str, str]:
    """An authorization request, with the login where one is asked for: the code and its verifier."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": scope,
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "aud": ready["fhir"],
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **({"launch": launch} if launch else {}),
    }
    page = browser.open(f"{ready['gateway']}/oauth/authorize?{urlencode(query)}")
    if username and "code" not in page.query:
        page = browser.submit(page, username=username, password=password)
    assert "code" in page.query, (page.status, page.url.split("?")[0], page.query.get("error"))
    browser.visited.append(page.url)
    return page.query["code"], verifier


def redeem(
    http: httpx2.Client,
    code: str,
    verifier: str,
    redirect_uri: str,
    *,
    client_id: str | None = None,
    auth: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The token response for a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect_uri,
        **({"client_id": client_id} if client_id else {}),
    }
    answer = http.post("/oauth/token", data=form, auth=auth) if auth else http.post("/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens
