"""What the suite is told of the gateway that it asks: small JSON files, described in README.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

ROLES = {
    "app": "a public app: launch, openid, fhirUser, online_access, patient/Patient.rs, patient/Observation.cruds",
    "other": "another public app",
    "wide": "a public app with everything that a user's app can be approved for",
    "secret": "an app with a secret (client_secret_basic)",
    "signed": "an app with an RSA key (RS384) and a P-384 key (ES384) by value (private_key_jwt)",
    "offline": "an app with offline_access, with a secret or with keys",
    "asked": "a public app that nobody approved and each user is asked about, with a wildcard scope",
    "server": "an app with a secret whose server calls back, with the national scopes and offline_access",
    "service": "a backend service with keys by value and system/Patient.rs",
    "remote": "a backend service with the address of its keys (jwks_uri) and system/Patient.rs",
    "reader": "a backend service with keys by value and the right to introspect",
}
"""The clients that rows ask for, and how each has to be registered."""


STEER = "needs a server we may steer"
PANE = "needs a pane"
FACT = "a fact is missing"


class NotAsked(Exception):
    """A row that cannot be asked here: ``steer`` when it needs a server that we may steer, ``pane`` when it needs a page
    in a desktop's pane, else a fact is missing."""

    def __init__(self, reason: str, *, steer: bool = False, pane: bool = False) -> None:
        self.reason = reason
        super().__init__(f"{STEER if steer else PANE if pane else FACT}: {reason}")


class FactsWrong(Exception):
    """Caller: a fact that is missing or cannot be; one line that says which."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client that is registered at the gateway. ``keys`` are private JWKs, ``secret`` goes by HTTP Basic."""

    client_id: str
    method: str
    redirect_uri: str
    launch_uri: str
    scope: str
    origin: str
    secret: str = field(default="", repr=False)
    keys: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can sign in."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts about one gateway: the first of ``users`` is asked; ``addresses`` maps names that nobody else knows."""

    gateway: str
    fhir: str
    workspace: str
    hub: str
    users: tuple[User, ...]
    shell_id: str = "vaktrom-shell"
    shell_secret: str | None = field(default=None, repr=False)
    callback: str = ""
    form: Mapping[str, str] = field(
        default_factory=lambda: {"username": "username", "password": "password"}, repr=False
    )
    ca_file: Path | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[str, Client] = field(default_factory=dict)

    def first_user(self) -> User:
        """Who is asked for; raises ``NotAsked`` where nobody can sign in."""
        if not self.users:
            raise NotAsked("users: somebody who can sign in")
        return self.users[0]

    def client(self, role: str) -> Client:
        """The client of a role; raises ``NotAsked`` where none is registered."""
        if role not in self.clients:
            raise NotAsked(f"client {role!r} ({ROLES[role]})")
        return self.clients[role]


def read_facts(files: Sequence[Path], base_url: str | None = None) -> Facts:
    """The facts of all files together, later ones on top. Raises ``FactsWrong``, ``OSError``."""
    given: dict[str, Any] = {}
    folder = Path()
    for file in files:
        try:
            members = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise FactsWrong(f"{file}: not JSON: {error}") from error
        if not isinstance(members, dict):
            raise FactsWrong(f"{file}: must be a JSON object")
        if "ca_file" in members:
            folder = file.resolve().parent
        given |= members
    return facts_of(given if base_url is None else {**given, "gateway": base_url}, folder)


def facts_of(given: Mapping[str, Any], folder: Path = Path()) -> Facts:
    """Facts from the members of the JSON files. Raises ``FactsWrong``."""
    base = str(given.get("gateway", "")).rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        raise FactsWrong("gateway: the base URL is missing; give --base-url")
    launches = {str(app["client_id"]): str(app["launch_uri"]) for app in given.get("apps", ())}
    shell = given.get("shell", {})
    return Facts(
        gateway=base,
        fhir=given.get("fhir", f"{base}/fhir"),
        workspace=given.get("workspace", f"{base}/workspace"),
        hub=given.get("hub", f"{base}/fhircast"),
        users=tuple(User(user["username"], user["password"]) for user in given.get("users", ())),
        shell_id=shell.get("client_id", "vaktrom-shell"),
        shell_secret=shell.get("client_secret"),
        callback=shell.get("redirect_uri", "http://127.0.0.1:5555/callback"),
        form={"username": "username", "password": "password", **given.get("login_form", {})},
        ca_file=folder / given["ca_file"] if given.get("ca_file") else None,
        addresses=given.get("addresses", {}),
        clients={
            role: _client(role, members, launches) for role, members in given.get("clients", {}).items()
        },
    )


def _client(role: str, given: Mapping[str, Any], launches: Mapping[str, str]) -> Client:
    if role not in ROLES:
        raise FactsWrong(f"clients: {role} is not a role; roles are {', '.join(ROLES)}")
    client_id = str(given.get("client_id", role))
    launch = urljoin(launches.get(client_id, ""), given.get("launch_uri", ""))
    redirect = urljoin(launch, (given.get("redirect_uris") or [""])[0])
    parts = urlsplit(redirect)
    return Client(
        client_id=client_id,
        method=given.get("token_endpoint_auth_method", "none"),
        redirect_uri=redirect,
        launch_uri=launch,
        scope=given.get("scope", ""),
        origin=(given.get("origins") or [f"{parts.scheme}://{parts.netloc}"])[0],
        secret=given.get("client_secret", ""),
        keys=tuple(given.get("keys", ())),
    )
