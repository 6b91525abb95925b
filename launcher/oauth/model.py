"""The state that one gateway holds: clients, sessions, grants, panes and workspace contexts.

Plain data. The rules stand in the modules beside this one, storage in ``launcher.stores``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Follows = Literal["relaunch", "fhircast", "pin"]
AuthMethod = Literal["none", "client_secret_basic", "private_key_jwt"]


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client as the organisation approved it; URIs are absolute and exact (SAL-22).

    ``consent_allowed``: not approved, but each user may decide for himself. ``pkce_exempt``: an administrator lets
    this one client come without a proof key (SAL-16). ``jwks_uri`` counts before ``jwks`` (SAL-54). ``key_bound``: its tokens
    are bound to a key of its own or not given (RFC 9449 5.2); ``login_each_time``: nobody's session stands in for a login.
    ``native``: a program of its own beside the desktop, without a pane (RFC 8252).
    """

    client_id: str
    client_name: str
    publisher: str
    redirect_uris: tuple[str, ...]
    launch_uri: str | None
    scope: str
    token_endpoint_auth_method: AuthMethod = "none"
    secret_sha256: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    origins: tuple[str, ...] = ()
    follows: Follows = "relaunch"
    approved: bool = True
    first_party: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    consent_allowed: bool = False
    pkce_exempt: bool = False
    key_bound: bool = False
    login_each_time: bool = False
    native: bool = False

    @property
    def usable(self) -> bool:
        """True when anybody may use it: the organisation approved it, or leaves the decision to the user."""
        return self.approved or self.consent_allowed


class ClientRegistry(Protocol):
    """Which clients exist. The composition adapts enabled plugins to it."""

    def find(self, client_id: str) -> RegisteredClient | None: ...

    def all_clients(self) -> Iterable[RegisteredClient]: ...


@dataclass(slots=True)
class UserSession:
    """One signed-in user; ends with everything that hangs on it (S6).

    ``login_forced`` is true when the login was demanded anew, so that it proves who sits there now (unlock).
    ``offline``: the user has gone; only grants with ``offline_access`` live on (SAL-47).
    """

    sid: str
    sub: str
    upstream_issuer: str
    name: str
    fhir_user: str | None
    hpr_number: str | None
    role: str
    organization: dict[str, str] | None
    lists: list[dict[str, str]]
    created_at: datetime
    expires_at: datetime
    authenticated_at: datetime
    upstream_access_token: str
    upstream_refresh_token: str | None
    upstream_id_token: str | None
    upstream_expires_at: datetime
    locked_at: datetime | None = None
    cookie_sha256: str = ""
    login_forced: bool = False
    offline: bool = False


@dataclass(slots=True)
class WorkspaceContext:
    """A patient tab: one FHIRcast topic. ``fronted_at``: when the user last brought it to the front."""

    topic: str
    sid: str
    created_at: datetime
    fronted_at: datetime | None = None


@dataclass(slots=True)
class Pane:
    """One place in the shell where one client runs, bound to one topic."""

    pane: str
    sid: str
    client_id: str
    topic: str
    cookie_sha256: str
    created_at: datetime
    pinned: bool = False
    last_event: str | None = None
    last_event_name: str | None = None
    last_ack: int | None = None
    read_since: bool = False
    socket: bool = False


@dataclass(slots=True)
class Grant:
    """What one client may do in one session, or by itself (``sid`` is ``None``); the tokens are issued from it.

    ``effective_patient`` is, for a fenced grant, the patient that the gateway lets through just now;
    for a ``patient/`` grant it equals ``patient`` for life (SAL-70). ``key`` is the thumbprint of the key that its
    tokens are bound to (RFC 9449). ``messaging_handle`` is by what its page is known in Web Messaging (SWM-01); no token.
    """

    grant_id: str
    sid: str | None
    client_id: str
    scopes: tuple[str, ...]
    patient: str | None
    encounter: str | None
    topic: str | None
    pane: str | None
    fenced: bool
    effective_patient: str | None
    fhir_user: str | None
    implied_reads: frozenset[str]
    created_at: datetime
    fence_frozen: bool = False
    nonce: str | None = None
    intent: str | None = None
    fhir_context: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False
    authenticated_at: datetime | None = None
    expires_at: datetime | None = None
    need_patient_banner: bool = False
    tenant: str | None = None
    style_url: str | None = None
    key: str | None = None
    messaging_handle: str | None = None

    @property
    def offline(self) -> bool:
        """True when it outlives pane, tab and session of its user (SAL-47)."""
        return "offline_access" in self.scopes


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """What a user allowed an app that nobody approved; counts until ``until``, at most while his session lives.

    ``consent`` is an id that FHIR allows: the access log refers to ``Consent/{consent}`` (BALP-13).
    """

    consent: str
    sid: str
    client_id: str
    scopes: tuple[str, ...]
    given_at: datetime
    until: datetime


@dataclass(slots=True)
class GatewayState:
    """Every live object of one gateway, by its id."""

    sessions: dict[str, UserSession] = field(default_factory=dict)
    contexts: dict[str, WorkspaceContext] = field(default_factory=dict)
    panes: dict[str, Pane] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    consents: dict[str, GivenConsent] = field(default_factory=dict)
