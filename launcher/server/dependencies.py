"""What the gateway is given from outside, and what its parts promise one another.

Everything here is data or a ``Protocol``; :mod:`launcher.server.assembly` puts real objects behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from launcher.oauth.model import ClientRegistry, GatewayState, Grant, UserSession
from launcher.server.hub_limits import HubSettings
from launcher.stores.journal import StateJournal
from launcher.upstream.identity_model import ExpectedLogin, UpstreamLogin
from launcher.upstream.outbound_settings import OutboundSettings


class Clock(Protocol):
    """Time as it is passed in; ``now`` is aware and UTC, ``monotonic`` is seconds."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


NewId = Callable[[], str]
"""Makes an unguessable, URL-safe identifier of at least 128 bits (FC-05)."""


@dataclass(frozen=True, slots=True)
class AppSite:
    """Static files of one packaged app, served under its own Host."""

    host: str
    root: Path
    csp_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """Every limit of the gateway as a named number.

    ``upstream_connections`` to the record system are for apps; ``own_upstream_connections`` for the gateway's own reads, so
    that no app's searches hold up the check of a patient (S1). ``requests_per_grant`` are FHIR requests of one grant
    under way at once, ``waiting_per_grant`` those that wait their turn. ``refusals_*`` and ``login_begins_*`` are counted
    per client address, for whoever shows no valid credential (``server/strangers.py``); ``refusals_told`` are rows of
    the access log per address, kind and ``refusals_told_seconds``.
    """

    access_token_seconds: int = 900
    backend_token_seconds: int = 300
    id_token_seconds: int = 900
    code_seconds: int = 60
    launch_seconds: int = 60
    pushed_request_seconds: int = 60
    login_seconds: int = 12 * 3600
    page_seconds: int = 600
    handle_seconds: int = 300
    handles: int = 1_000
    handles_per_grant: int = 20
    refresh_idle_seconds: int = 2 * 3600
    offline_refresh_idle_seconds: int = 30 * 24 * 3600
    offline_session_seconds: int = 90 * 24 * 3600
    refresh_repeat_seconds: int = 10
    session_seconds: int = 12 * 3600
    unused_session_seconds: int = 180
    spent_code_memory_seconds: int = 900
    upstream_refresh_margin_seconds: int = 60
    lock_retry_after_seconds: int = 5
    form_bytes: int = 64 * 1024
    message_bytes: int = 512 * 1024
    pending_requests: int = 10_000
    event_queue: int = 256
    panes_per_session: int = 64
    contexts_per_session: int = 8
    sweep_seconds: int = 30
    upstream_connections: int = 100
    own_upstream_connections: int = 20
    requests_per_grant: int = 16
    waiting_per_grant: int = 64
    refusals_burst: int = 300
    refusals_per_minute: int = 300
    login_begins_burst: int = 600
    login_begins_per_minute: int = 600
    pending_per_address: int = 2_000
    remembered_addresses: int = 10_000
    refusals_told: int = 10
    refusals_told_seconds: int = 60


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Where the gateway stands and what stands upstream of it.

    ``base_url`` has no trailing slash and equals ``issuer``; ``authority`` is the one Host of the
    gateway's own routes; ``app_hosts`` maps a further exact Host ("malinger.localhost:8123") to its files.
    ``tenant`` is told to apps as it is; ``styles`` are SMART styles by name, the first one being the usual.
    """

    base_url: str
    authority: str
    upstream_fhir: str
    app_hosts: Mapping[str, AppSite] = field(default_factory=dict)
    shell_client_id: str = "vaktrom-shell"
    embedded: bool = True
    audit_path: Path | None = None
    upstream_first_byte_seconds: float = 10.0
    upstream_whole_seconds: float = 60.0
    limits: GatewayLimits = field(default_factory=GatewayLimits)
    hub: HubSettings = field(default_factory=HubSettings)
    outbound: OutboundSettings = field(default_factory=OutboundSettings)
    tenant: str | None = None
    styles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def fhir_base(self) -> str:
        """The FHIR base: ``iss`` of a launch and ``aud`` of every access token (SAL-15)."""
        return self.base_url + "/fhir"

    @property
    def hub_url(self) -> str:
        """The FHIRcast hub of this gateway (FC-01)."""
        return self.base_url + "/fhircast"

    @property
    def secure(self) -> bool:
        """True behind TLS; cookies are then ``__Host-`` and ``Secure``."""
        return self.base_url.startswith("https://")

    def life(self, name: str) -> timedelta:
        """A limit of :class:`GatewayLimits` in seconds, as a ``timedelta``."""
        return timedelta(seconds=int(getattr(self.limits, name)))


class UpstreamIdentity(Protocol):
    """The OIDC client towards the identity provider; raises ``UpstreamIdentityError`` kinds."""

    async def begin(
        self, state: str, nonce: str, verifier: str, redirect_uri: str, prompt: str | None = None
    ) -> str: ...

    async def complete(self, query: Mapping[str, str], expected: ExpectedLogin) -> UpstreamLogin: ...

    async def refresh(self, login: UpstreamLogin) -> UpstreamLogin: ...

    async def own_token(self) -> UpstreamLogin: ...

    async def end_session_url(
        self, id_token: str | None, post_logout_redirect_uri: str, state: str
    ) -> str | None: ...


class UpstreamFhirReads(Protocol):
    """The few reads that the gateway itself makes upstream, with the user's upstream token.

    Paths are relative to the upstream FHIR base. Raise :class:`launcher.server.errors.UpstreamUnavailable`
    when there is no answer in time; a missing resource is ``None``.
    """

    async def read(self, access_token: str, path: str) -> dict[str, Any] | None: ...

    async def search(
        self, access_token: str, resource_type: str, parameters: Mapping[str, str]
    ) -> list[dict[str, Any]]: ...


class LaunchReads(UpstreamFhirReads, Protocol):
    """Reads for a launch."""

    async def in_progress_encounter(self, access_token: str, patient: str) -> dict[str, Any] | None: ...


class AccessTokens(Protocol):
    """Turns an ``Authorization`` header into the grant behind it (SAL-61).

    Raises :class:`launcher.server.errors.InvalidToken` (401 with ``WWW-Authenticate``) or
    :class:`launcher.server.errors.SessionLocked` (503 with ``Retry-After``).
    """

    def verify(self, authorization_header: str | None) -> Grant: ...


class UpstreamTokens(Protocol):
    """The upstream access token of a grant's session, renewed when less than a minute is left.

    Raises :class:`launcher.server.errors.InvalidToken` when the session has ended and
    :class:`launcher.server.errors.UpstreamUnavailable` when the identity provider does not answer.
    """

    async def token_for(self, grant: Grant) -> str: ...


@dataclass(frozen=True, slots=True)
class CurrentPatient:
    """The current context of one topic; ``version`` changes with every accepted change."""

    patient: str | None
    encounter: str | None
    version: str


class CurrentFacts(Protocol):
    """What the hub tells of a topic; the members of :class:`CurrentPatient`."""

    @property
    def patient(self) -> str | None: ...

    @property
    def encounter(self) -> str | None: ...

    @property
    def version(self) -> str: ...


class HubContext(Protocol):
    """The hub as it is asked for a topic's context."""

    def current(self, topic: str) -> CurrentFacts: ...


class CurrentContext(Protocol):
    """Read side of the hub."""

    def current(self, topic: str) -> CurrentPatient: ...


class GrantListener(Protocol):
    """Told at once when something ends, is locked or pinned, so that sockets can follow within a second."""

    def topic_opened(self, topic: str, sid: str) -> None: ...

    def topic_closed(self, topic: str) -> None: ...

    def grant_ended(self, grant_id: str) -> None: ...

    def grant_pinned(self, grant_id: str) -> None: ...

    def session_ended(self, sid: str) -> None: ...

    def session_locked(self, sid: str) -> None: ...

    def session_unlocked(self, sid: str) -> None: ...


class FenceKeeper(Protocol):
    """Moves the effective patient of a fenced grant; a frozen fence stays (DESIGN section 4)."""

    def move(self, grant_id: str, patient_id: str | None) -> None: ...


class PaneFacts(Protocol):
    """What hub and data plane report about a grant; the facts of ``GET /workspace/panes``."""

    def note_event(self, grant_id: str, event_id: str, event_name: str) -> None: ...

    def note_ack(self, grant_id: str, event_id: str, status: int) -> None: ...

    def note_socket(self, grant_id: str, connected: bool) -> None: ...

    def note_read(self, grant_id: str, patient_id: str) -> None: ...


class SessionAudit(Protocol):
    """Where logins, codes, tokens, launches and logouts are written (BALP-12); no token or code is ever passed."""

    def note(
        self,
        what: str,
        session: UserSession | None,
        client_id: str | None,
        *,
        grant: Grant | None = None,
        patients: Sequence[str] = (),
        searched: str | None = None,
        consent: str | None = None,
        refused: str = "",
    ) -> None: ...


@dataclass(slots=True)
class GatewayDependencies:
    """The objects that one gateway works with."""

    clients: ClientRegistry
    state: GatewayState
    journal: StateJournal
    clock: Clock
    new_id: NewId
