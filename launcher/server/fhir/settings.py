"""Where the data plane stands, its limits, and the objects it works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from launcher.gateway.audit_event import AccessFacts
from launcher.gateway.capability import OAuthUris
from launcher.oauth.model import GatewayState
from launcher.server.dependencies import AccessTokens, Clock, NewId, PaneFacts, UpstreamTokens
from launcher.server.fhir.sharing_limits import SharingLimits
from launcher.upstream.fhir import FhirConnection


@dataclass(frozen=True, slots=True)
class FhirLimits:
    """Bytes, entries and seconds of the data plane.

    A Binary of more than ``binary_whole_bytes`` is passed on as it comes, at most ``binary_streams`` of them at once, and
    ``binary_streams_of_one`` to one user or backend service, who may read slowly;
    ``binary_head_bytes`` is the most that it may hold beside its attachment.
    """

    body_bytes: int = 16 * 1024 * 1024
    form_bytes: int = 8 * 1024
    bundle_entries: int = 200
    batch_answer_bytes: int = 32 * 1024 * 1024
    capability_seconds: float = 300.0
    remembered_tokens: int = 2048
    binary_whole_bytes: int = 1024 * 1024
    binary_head_bytes: int = 64 * 1024
    binary_streams: int = 16
    binary_streams_of_one: int = 4


@dataclass(frozen=True, slots=True)
class FhirPlaneSettings:
    """``fhir_base`` is the gateway's own FHIR base; ``prefix`` the path it is served under."""

    fhir_base: str
    oauth_uris: OAuthUris
    version: str = "0"
    prefix: str = "/fhir"
    limits: FhirLimits = field(default_factory=FhirLimits)
    sharing: SharingLimits = field(default_factory=SharingLimits)


class AccessLog(Protocol):
    """The audit log (``launcher.stores.audit.AuditLog``); raises ``AuditUnavailable``."""

    async def record(self, facts: AccessFacts, *, at_once: bool = False) -> None: ...

    async def check(self) -> None: ...

    def record_soon(self, facts: AccessFacts) -> None: ...


@dataclass(frozen=True, slots=True)
class FhirPlaneDependencies:
    """``page_key``: 32 bytes that seal paging links; the same key after a restart keeps them valid."""

    state: GatewayState
    tokens: AccessTokens
    upstream_tokens: UpstreamTokens
    connection: FhirConnection
    audit: AccessLog
    pane_facts: PaneFacts
    clock: Clock
    new_id: NewId
    page_key: bytes
    random_bytes: Callable[[int], bytes]
