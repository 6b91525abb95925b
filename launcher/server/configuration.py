"""The gateway's configuration as it comes over the pipe, read into types; secrets stay out of ``repr``."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import msgspec

from launcher.oauth.model import RegisteredClient
from launcher.server.audit_sink import AuditSinkSettings, read_sink
from launcher.server.dependencies import AppSite, GatewayLimits, GatewaySettings
from launcher.server.hub_limits import read_hub_limits
from launcher.smart.style import style_mistake
from launcher.upstream.identity_model import UpstreamIdentitySettings
from launcher.upstream.outbound_settings import OutboundSettings
from launcher.upstream.trusted_authorities import upstream_context

SHELL_SCOPE = "openid fhirUser profile online_access user/*.cruds fhircast/*.*"
SHELL_CALLBACK = "http://127.0.0.1/callback"
SHARED_READ_SECONDS = 2.0


class ConfigurationWrong(Exception):
    """Caller: the configuration lacks something or contradicts itself; says what."""


class StaticClients:
    """A ``ClientRegistry`` over a list that was made before the gateway started."""

    def __init__(self, clients: Iterable[RegisteredClient]) -> None:
        self._clients = {client.client_id: client for client in clients}

    def find(self, client_id: str) -> RegisteredClient | None:
        """The client, or ``None``."""
        return self._clients.get(client_id)

    def all_clients(self) -> Iterable[RegisteredClient]:
        """Every client."""
        return tuple(self._clients.values())


@dataclass(frozen=True, slots=True)
class GatewayConfiguration:
    """Everything that one gateway is told at its start."""

    settings: GatewaySettings
    clients: StaticClients
    identity: UpstreamIdentitySettings
    state_key: bytes = field(repr=False)
    audit_keys: Sequence[bytes] = field(repr=False)
    audit_path: Path
    records: Sequence[tuple[str, bytes]] = field(repr=False)
    version: str = "0"
    audit_sink: AuditSinkSettings | None = None
    shared_read_seconds: float = SHARED_READ_SECONDS
    upstream_tls: ssl.SSLContext | None = None


def read_configuration(given: Mapping[str, Any]) -> GatewayConfiguration:
    """Read the JSON object that the parent sends.

    Members: ``base_url``, ``authority``, ``upstream_fhir``, ``identity_provider`` (``issuer``, ``client_id``,
    ``method``, ``key`` or ``client_secret``), ``shell_client_id``, ``shell_client_secret``, ``clients`` (members
    of ``RegisteredClient``), ``sites`` (``host``, ``root``, ``csp_origins``), ``audit_path``, ``audit_keys`` (name
    and base64, newest last), ``state_key`` (base64) and ``records`` (``key``, ``sealed``) of an earlier life;
    ``upstream_first_byte_seconds`` and ``upstream_whole_seconds`` of the record system's answers;
    ``outbound`` (``networks`` that may be fetched from though they are private, ``ca_file``) and
    ``audit_sink`` (``base``, ``authorization``), where the audit log is forwarded to; ``tenant``; ``styles`` (name
    to the members of a SMART style); ``shared_read_seconds``, for how long an answer is shared within a session (at
    most 2; 0 turns it off); ``limits``, names of ``GatewayLimits`` with other numbers;
    ``hub_limits``, names of ``HubSettings`` with other numbers;
    ``upstream_ca``, a file of authorities trusted for record system, identity provider and audit sink beside the usual;
    ``embedded`` false for a hosted gateway, which has no ``shell_client_secret``.
    Raises :class:`ConfigurationWrong`.
    """
    try:
        return _read(given)
    except (KeyError, TypeError, ValueError) as wrong:
        raise ConfigurationWrong(f"the gateway's configuration is wrong: {wrong}") from wrong


def _read(given: Mapping[str, Any]) -> GatewayConfiguration:
    settings = GatewaySettings(
        base_url=str(given["base_url"]).rstrip("/"),
        authority=given["authority"],
        upstream_fhir=given["upstream_fhir"],
        app_hosts={site["host"]: _site(site) for site in given.get("sites", [])},
        shell_client_id=given.get("shell_client_id", "vaktrom-shell"),
        embedded=given.get("embedded", True),
        audit_path=Path(given["audit_path"]),
        upstream_first_byte_seconds=float(given.get("upstream_first_byte_seconds", 10.0)),
        upstream_whole_seconds=float(given.get("upstream_whole_seconds", 60.0)),
        outbound=_outbound(given.get("outbound", {})),
        limits=_limits(given.get("limits", {})),
        hub=read_hub_limits(given.get("hub_limits", {})),
        tenant=given.get("tenant"),
        styles=_styles(given.get("styles", {})),
    )
    shell = (
        shell_client(settings.shell_client_id, given["shell_client_secret"])
        if settings.embedded
        else hosted_shell_client(settings.shell_client_id)
    )
    return GatewayConfiguration(
        settings=settings,
        clients=StaticClients([shell, *(registered_client(client) for client in given.get("clients", []))]),
        identity=_identity(given["identity_provider"]),
        state_key=base64.b64decode(given["state_key"], validate=True),
        audit_keys=_audit_keys(given["audit_keys"]),
        audit_path=Path(given["audit_path"]),
        records=[
            (record["key"], base64.b64decode(record["sealed"], validate=True))
            for record in given.get("records", [])
        ],
        version=given.get("version", "0"),
        audit_sink=read_sink(given["audit_sink"]) if given.get("audit_sink") else None,
        shared_read_seconds=_shared_read_seconds(given.get("shared_read_seconds", SHARED_READ_SECONDS)),
        upstream_tls=upstream_context(given["upstream_ca"]) if given.get("upstream_ca") else None,
    )


def _audit_keys(given: Sequence[Sequence[str]]) -> list[bytes]:
    """The keys, newest last, in the order given. Raises ``ValueError`` when there is none."""
    if not given:
        raise ValueError("audit_keys is empty")
    return [base64.b64decode(key, validate=True) for _, key in given]


def shell_client(client_id: str, secret: str) -> RegisteredClient:
    """The shell as the confidential client that it is (DESIGN section 3)."""
    return RegisteredClient(
        client_id=client_id,
        client_name="Vaktrom",
        publisher="Vaktrom",
        redirect_uris=(SHELL_CALLBACK,),
        launch_uri=None,
        scope=SHELL_SCOPE,
        token_endpoint_auth_method="client_secret_basic",
        secret_sha256=hashlib.sha256(secret.encode()).hexdigest(),
        first_party=True,
    )


def hosted_shell_client(client_id: str) -> RegisteredClient:
    """The shell on many desktops: no secret that all would share, but a key of each and a login each time."""
    return replace(
        shell_client(client_id, ""),
        token_endpoint_auth_method="none",
        secret_sha256=None,
        key_bound=True,
        login_each_time=True,
    )


def registered_client(given: Mapping[str, Any]) -> RegisteredClient:
    """A client from its JSON members; ``first_party`` cannot be given, only the shell is. Raises ``TypeError``."""
    unknown = given.keys() - {item.name for item in fields(RegisteredClient)}
    if unknown:
        raise TypeError(f"unknown member {min(unknown)} of a client")
    client = msgspec.convert({**given, "first_party": False}, RegisteredClient)
    if not client.redirect_uris and not _is_without_user(client):
        raise TypeError(f"client {client.client_id} has no redirect_uris")
    return client


def _is_without_user(client: RegisteredClient) -> bool:
    """A backend service: no browser ever comes back to it."""
    words = client.scope.split()
    return bool(words) and all(word.startswith(("system/", "__")) for word in words)


def _styles(given: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, str]]:
    for name, style in given.items():
        mistake = style_mistake(style)
        if mistake is not None:
            raise ValueError(f"style {name}: {mistake}")
    return given


def _outbound(given: Mapping[str, Any]) -> OutboundSettings:
    networks = tuple(given.get("networks", ()))
    for network in networks:
        ipaddress.ip_network(network)
    return OutboundSettings(networks, given.get("ca_file"))


def _limits(given: Mapping[str, Any]) -> GatewayLimits:
    known = {item.name for item in fields(GatewayLimits)}
    for name, number in given.items():
        if name not in known:
            raise ValueError(f"limits: there is no {name}")
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ValueError(f"limits: {name} must be a whole number of 1 or more")
    return GatewayLimits(**given)


def _shared_read_seconds(given: Any) -> float:
    seconds = float(given)
    if not 0 <= seconds <= SHARED_READ_SECONDS:
        raise ValueError(f"shared_read_seconds is between 0 and {SHARED_READ_SECONDS:g}")
    return seconds


def _site(given: Mapping[str, Any]) -> AppSite:
    return AppSite(given["host"], Path(given["root"]), tuple(given.get("csp_origins", ())))


def _identity(given: Mapping[str, Any]) -> UpstreamIdentitySettings:
    optional = {name: given[name] for name in ("scope", "resource", "assertion_type") if name in given}
    return UpstreamIdentitySettings(
        issuer=given["issuer"],
        client_id=given["client_id"],
        method=given.get("method", "private_key_jwt"),
        private_jwk=given.get("key"),
        client_secret=given.get("client_secret"),
        **optional,
    )
