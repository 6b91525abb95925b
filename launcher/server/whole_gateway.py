"""The whole gateway: authorization server, workspace API, hub and data plane on one state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.types import ASGIApp

from launcher.gateway.capability import OAuthUris
from launcher.oauth.model import GatewayState
from launcher.server.assembly import GatewayParts, assemble
from launcher.server.audit_sink import FhirAuditSink
from launcher.server.audit_sink_forwarder import AuditForwarder, ForwardedFile
from launcher.server.configuration import GatewayConfiguration
from launcher.server.dependencies import Clock, GatewayDependencies, NewId
from launcher.server.fhir import FhirPlaneDependencies, FhirPlaneSettings, data_plane, warm_up
from launcher.server.fhir.sharing_limits import SharingLimits
from launcher.server.hub import HubAudit, HubRunner, RunnerLimits, hub_routes
from launcher.server.hub.timeline import HubTimeline
from launcher.server.programs import Followers
from launcher.server.session_audit import LoggedSessions
from launcher.server.stranger_rows import StrangerRows
from launcher.server.upstream_tokens import SessionUpstreamTokens
from launcher.stores.audit import AuditLog
from launcher.stores.journal import RecordSink, StateJournal
from launcher.stores.sealing import Sealer
from launcher.upstream.fhir import FhirConnection, UpstreamFhir, UpstreamLimits
from launcher.upstream.identity import UpstreamIdentity

PAGE_KEY_PURPOSE = b"vaktrom paging links 1"
READ_LINGER_SECONDS = 0.004
"""How long the records of reads that come side by side wait for each other: one write to disk for all of them."""


@dataclass(slots=True)
class WholeGateway:
    """A gateway ready to be served; ``close`` when it has been."""

    parts: GatewayParts
    hub: HubRunner
    audit: AuditLog
    connection: FhirConnection
    own_connection: FhirConnection
    identity: UpstreamIdentity
    logged: LoggedSessions
    rows: StrangerRows
    forwarder: AuditForwarder | None = None

    def application(self) -> ASGIApp:
        """The ASGI application; what happens to logins and tokens is on disk before it is answered."""
        return self.logged.around(self.parts.application())

    def warm_up(self) -> None:
        """Make and import now what the first login and the first read need; from any thread."""
        self.parts.signing.prepare()
        warm_up()

    async def close(self) -> None:
        """Close connections, then write what waits in the audit log."""
        self.hub.close()
        await self.connection.close()
        await self.own_connection.close()
        await self.identity.close()
        self.rows.flush()
        self.audit.close()
        if self.forwarder is not None:
            await self.forwarder.close()


def build_gateway(
    configuration: GatewayConfiguration,
    sink: RecordSink,
    clock: Clock,
    new_id: NewId,
    random_bytes: Callable[[int], bytes],
) -> WholeGateway:
    """Build it, restored from the configuration's records; call inside the event loop that will serve it.

    Raises :class:`launcher.stores.errors.SealBroken` when a record was sealed with another key.
    """
    settings = configuration.settings
    journal = StateJournal(Sealer(configuration.state_key, random_bytes), sink)
    dependencies = GatewayDependencies(configuration.clients, GatewayState(), journal, clock, new_id)
    tls = configuration.upstream_tls
    identity = UpstreamIdentity(configuration.identity, clock, new_id, ssl_context=tls)
    limits = UpstreamLimits(
        first_byte_seconds=settings.upstream_first_byte_seconds,
        whole_seconds=settings.upstream_whole_seconds,
        connections=settings.limits.upstream_connections,
    )
    own_limits = replace(limits, connections=settings.limits.own_upstream_connections)
    connection = FhirConnection(settings.upstream_fhir, limits, tls)
    own = FhirConnection(settings.upstream_fhir, own_limits, tls)
    *older_keys, key = configuration.audit_keys
    audit = AuditLog(
        configuration.audit_path,
        key,
        random_bytes=random_bytes,
        older_keys=older_keys,
        read_linger_seconds=READ_LINGER_SECONDS,
    )
    rows = StrangerRows(
        audit,
        clock,
        told=settings.limits.refusals_told,
        seconds=settings.limits.refusals_told_seconds,
        remembered=settings.limits.remembered_addresses,
    )
    logged = LoggedSessions(rows, clock, settings.base_url)
    made: list[UpstreamFhir] = []

    def make_reads(upstream_tokens: SessionUpstreamTokens) -> UpstreamFhir:
        made.append(UpstreamFhir(own, upstream_tokens))
        return made[0]

    topics: dict[str, bytes] = {}
    parts = assemble(
        settings,
        dependencies,
        identity,
        make_reads,
        logged,
        configuration.records,
        topics.__setitem__,
    )
    hub = _hub(parts, made[0], rows, new_id)
    connection.on_answer = own.on_answer = parts.facts.record_heard
    parts.sessions.listeners.append(hub)
    parts.context.fill(hub)
    _restore_topics(parts, hub, topics)
    endpoint = settings.base_url + "/oauth/"
    plane = FhirPlaneDependencies(
        state=parts.state,
        tokens=parts.tokens,
        upstream_tokens=parts.upstream_tokens,
        connection=connection,
        audit=rows,
        pane_facts=parts.panes,
        clock=clock,
        new_id=new_id,
        page_key=HKDF(SHA256(), 32, salt=None, info=PAGE_KEY_PURPOSE).derive(configuration.state_key),
        random_bytes=random_bytes,
    )
    uris = OAuthUris(endpoint + "authorize", endpoint + "token", endpoint + "introspect", endpoint + "revoke")
    sharing = SharingLimits(reuse_seconds=configuration.shared_read_seconds)
    plane_settings = FhirPlaneSettings(
        settings.fhir_base, uris, version=configuration.version, sharing=sharing
    )
    planes = data_plane(plane_settings, plane)
    parts.fhir_messages.fill(planes[0].handle)
    parts.routes += [*planes, *hub_routes(hub)]
    return WholeGateway(
        parts, hub, audit, connection, own, identity, logged, rows, _forwarder(configuration, audit)
    )


def _forwarder(configuration: GatewayConfiguration, audit: AuditLog) -> AuditForwarder | None:
    """Carries the audit log to its sink, if there is one."""
    sink = configuration.audit_sink
    if sink is None:
        return None
    place = ForwardedFile.beside(configuration.audit_path)
    forwarder = AuditForwarder(audit, FhirAuditSink(sink, configuration.upstream_tls), sink.base, place)
    forwarder.start()
    return forwarder


def _hub(parts: GatewayParts, patients: UpstreamFhir, audit: StrangerRows, new_id: NewId) -> HubRunner:
    def record(topic: str, snapshot: bytes | None) -> None:
        if snapshot is None:
            parts.records.drop("topic", topic)
        else:
            parts.records.keep_bytes("topic", topic, snapshot)
        parts.scratchpads.look(topic)

    hub, followers = parts.settings.hub, Followers(parts.panes, parts.programs)
    return HubRunner(
        tokens=parts.tokens,
        topics=parts.sessions,
        patients=patients,
        fences=followers,
        facts=followers,
        clock=parts.clock,
        new_id=new_id,
        base_url=parts.settings.base_url,
        record=record,
        audit=HubAudit(audit, parts.state, parts.clock, parts.settings.base_url),
        shell_client_id=parts.settings.shell_client_id,
        hub_limits=hub.of_topic(),
        limits=RunnerLimits(
            body_bytes=hub.body_bytes,
            frame_characters=hub.frame_characters,
            queue_frames=hub.queue_frames,
            waiting_posts_per_topic=hub.waiting_posts_per_topic,
            calls_burst=hub.calls_burst,
            calls_per_minute=hub.calls_per_minute,
        ),
        witness=HubTimeline(parts.state, parts.facts, parts.clock),
    )


def _restore_topics(parts: GatewayParts, hub: HubRunner, topics: dict[str, bytes]) -> None:
    for session in parts.state.sessions.values():
        if session.locked_at is not None:
            hub.session_locked(session.sid)
    for context in parts.state.contexts.values():
        if context.topic in topics:
            hub.restore(context.topic, context.sid, topics[context.topic])
        else:
            hub.topic_opened(context.topic, context.sid)
