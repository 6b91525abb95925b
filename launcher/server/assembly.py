"""Puts the gateway together: real objects behind the protocols of :mod:`launcher.server.dependencies`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, unquote

from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from launcher.oauth.client_authentication import ClientAuthentication, UsedAssertions
from launcher.oauth.model import ClientRegistry, GatewayState, Grant, UserSession
from launcher.oauth.parameters import Parameters
from launcher.oauth.possession import UsedProofs
from launcher.oauth.signing import SigningKeys, new_signing_key, restored_key, stored_key
from launcher.oauth.single_use import SingleUse
from launcher.server.authorization import Authorization, PendingAuthorizations
from launcher.server.authorize_endpoint import AuthorizeEndpoint
from launcher.server.client_endpoints import ClientEndpoints
from launcher.server.client_keys import AuthenticatedClients, ClientKeys
from launcher.server.consent import Consents
from launcher.server.cookies import cookie_names
from launcher.server.dependencies import (
    Clock,
    CurrentPatient,
    GatewayDependencies,
    GatewaySettings,
    HubContext,
    LaunchReads,
    SessionAudit,
    UpstreamIdentity,
)
from launcher.server.discovery_routes import discovery_routes
from launcher.server.fact_stream import FactStream
from launcher.server.gateway import create_gateway
from launcher.server.grant_share import GrantShare
from launcher.server.login import UpstreamLogins
from launcher.server.logout_endpoint import LogoutEndpoint
from launcher.server.messaging.calls import MessagingCalls
from launcher.server.messaging.fhir_messages import FhirMessages
from launcher.server.messaging.scratchpads import RECORD, Scratchpads
from launcher.server.pages import Pages
from launcher.server.panes import PaneKeeper
from launcher.server.picker import PatientPicker
from launcher.server.possession_gate import PossessionGate, ProofsOfPossession
from launcher.server.programs import Programs
from launcher.server.sessions import SessionKeeper
from launcher.server.strangers import StrangerGate, Strangers, TokenBuckets
from launcher.server.style_sheets import StyleSheets
from launcher.server.token_endpoint import TokenEndpoint
from launcher.server.tokens import TokenIssuer, TokenVerifier
from launcher.server.upstream_tokens import SessionUpstreamTokens
from launcher.server.workspace.calls import Gatekeeper
from launcher.server.workspace.grant_calls import GrantCalls
from launcher.server.workspace.handle_calls import HandleCalls
from launcher.server.workspace.launch_calls import LaunchCalls
from launcher.server.workspace.session_calls import SessionCalls
from launcher.server.workspace.tab_calls import TabCalls
from launcher.smart.scopes import granted_scopes, left_to_the_user, system_scopes
from launcher.stores.state_records import StateRecords, UntilThen
from launcher.upstream.outbound import OutboundFetch

RestoreTopic = Callable[[str, bytes], None]


class NoAudit:
    """A ``SessionAudit`` that writes nothing; for tests of other things."""

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
    ) -> None:
        """Do nothing."""


class ContextSlot:
    """``CurrentContext`` before the hub is there: nothing is current. The hub is put in with ``fill``."""

    def __init__(self) -> None:
        self._context: HubContext | None = None

    def fill(self, context: HubContext) -> None:
        """Ask ``context`` from now on."""
        self._context = context

    def current(self, topic: str) -> CurrentPatient:
        """The current patient of a topic."""
        if self._context is None:
            return CurrentPatient(None, None, "")
        found = self._context.current(topic)
        return CurrentPatient(found.patient, found.encounter, found.version)


@dataclass(slots=True)
class GatewayParts:
    """What hub and data plane are given, and what tests look into."""

    settings: GatewaySettings
    clients: ClientRegistry
    state: GatewayState
    clock: Clock
    records: StateRecords
    sessions: SessionKeeper
    panes: PaneKeeper
    programs: Programs
    signing: SigningKeys
    tokens: TokenVerifier
    upstream_tokens: SessionUpstreamTokens
    facts: FactStream
    context: ContextSlot
    scratchpads: Scratchpads
    fhir_messages: FhirMessages
    pending: PendingAuthorizations
    used_assertions: UsedAssertions
    proofs: ProofsOfPossession
    strangers: Strangers
    refusals: TokenBuckets
    routes: list[BaseRoute] = field(default_factory=list)

    def application(self) -> ASGIApp:
        """The ASGI application; its lifespan sweeps what is over."""

        @asynccontextmanager
        async def lifespan(starlette: Starlette) -> AsyncIterator[None]:
            sweeping = asyncio.create_task(self._sweep())
            try:
                yield
            finally:
                self.facts.end_all()
                sweeping.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await sweeping

        return create_gateway(
            self.settings,
            self.clients,
            self.routes,
            lifespan,
            self._gates,
        )

    def _gates(self, app: ASGIApp) -> ASGIApp:
        """What stands before the routes, the innermost first."""
        limits = self.settings.limits
        shared = GrantShare(app, self.tokens, limits.requests_per_grant, limits.waiting_per_grant)
        return StrangerGate(
            PossessionGate(shared, self.tokens, self.proofs), self.strangers, self.refusals, Pages()
        )

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self.settings.limits.sweep_seconds)
            self.sweep()

    def sweep(self) -> None:
        """End and forget what is over."""
        self.sessions.sweep(
            self.settings.life("unused_session_seconds"), self.settings.life("session_seconds")
        )
        for client_id, jti in self.used_assertions.forget(self.clock.now()):
            self.records.drop("assertion", assertion_name(client_id, jti))


def assemble(
    settings: GatewaySettings,
    dependencies: GatewayDependencies,
    identity: UpstreamIdentity,
    make_reads: Callable[[SessionUpstreamTokens], LaunchReads],
    audit: SessionAudit,
    records: Iterable[tuple[str, bytes]] = (),
    restore_topic: RestoreTopic = lambda topic, plain: None,
) -> GatewayParts:
    """Build the authorization server and the workspace API, restored from the sealed ``records``.

    Raises :class:`launcher.stores.errors.SealBroken` for records of another key.
    """
    clock, new_id, state, clients = (
        dependencies.clock,
        dependencies.new_id,
        dependencies.state,
        dependencies.clients,
    )
    store = StateRecords(dependencies.journal)
    facts = FactStream(settings.limits.event_queue)
    sessions = SessionKeeper(
        state,
        store,
        clock,
        new_id,
        facts,
        settings.shell_client_id,
        settings.life("offline_session_seconds"),
    )
    used = UsedAssertions()
    used_proofs = UsedProofs(clock.now(), note=lambda digest, until: _note_proof(store, digest, until))
    earlier_styles: dict[str, bytes] = {}
    context = ContextSlot()
    scratchpads = Scratchpads(state, context, store, facts, new_id)
    keys = _restore(
        store,
        records,
        state,
        sessions,
        used,
        used_proofs,
        clock,
        clients,
        restore_topic,
        earlier_styles,
        scratchpads,
    )
    styles = StyleSheets(settings.base_url, settings.styles, earlier_styles, store)

    def first_key() -> RSAKey:
        key = new_signing_key(new_id()[:16])
        store.keep_bytes("signing-key", str(key.kid), stored_key(key))
        return key

    signing = SigningKeys(keys, first_key)
    panes = PaneKeeper(state, sessions, store, clock, new_id, facts)
    programs = Programs(state, clients, facts)
    sessions.listeners.append(programs)
    verifier = TokenVerifier(settings, signing, state, sessions, clock, new_id)
    proofs = ProofsOfPossession(settings, clock, used_proofs)
    issuer = TokenIssuer(settings, signing, clock, new_id)
    fhir_messages = FhirMessages(settings, issuer)
    upstream_tokens = SessionUpstreamTokens(settings, sessions, identity, clock)
    reads = make_reads(upstream_tokens)
    pending = PendingAuthorizations(settings.limits.pending_requests)
    authorization = Authorization(settings, sessions, panes, pending, context, styles, audit, clock, new_id)
    pages, cookies = Pages(), cookie_names(settings)
    pushed: SingleUse[Parameters] = SingleUse(
        settings.limits.pending_requests, settings.limits.pending_per_address
    )
    strangers = Strangers(verifier, sessions, panes, cookies)
    begins = _buckets(settings, clock, "login_begins")
    audiences = [settings.base_url, *(f"{settings.base_url}/oauth/{name}" for name in ("token", "par"))]
    assertions = ClientAuthentication(
        clients,
        audiences,
        used,
        lambda client_id, jti, until: store.keep(
            "assertion", assertion_name(client_id, jti), UntilThen(until)
        ),
    )
    keys_by_address = ClientKeys(OutboundFetch(settings.outbound), clock)
    authentication = AuthenticatedClients(assertions, clients, keys_by_address, clock)
    logins = UpstreamLogins(settings, identity, reads, sessions, audit, clock, new_id)
    picker = PatientPicker(settings, sessions, upstream_tokens, reads, audit, pages, cookies, clock, new_id)
    consents = Consents(settings, authorization, sessions, panes, audit, pages, cookies, clock, new_id)
    logout = LogoutEndpoint(
        settings, clients, signing, sessions, identity, audit, pages, cookies, clock, new_id
    )
    gatekeeper = Gatekeeper(settings, verifier, sessions)
    launches = LaunchCalls(
        settings, clients, state, pending, context, upstream_tokens, reads, audit, clock, new_id
    )
    routes: Sequence[BaseRoute] = [
        *discovery_routes(settings, signing, lambda: True),
        *styles.routes(),
        *AuthorizeEndpoint(
            settings,
            clients,
            authorization,
            logins,
            picker,
            consents,
            pushed,
            strangers,
            begins,
            pages,
            cookies,
            clock,
            new_id,
        ).routes(),
        *TokenEndpoint(
            settings,
            state,
            sessions,
            panes,
            authorization,
            authentication,
            issuer,
            proofs,
            audit,
            clock,
            new_id,
        ).routes(),
        *ClientEndpoints(
            settings, clients, state, sessions, authentication, verifier, pushed, audit, clock, new_id
        ).routes(),
        *logout.routes(),
        *SessionCalls(settings, sessions, authorization, logout, audit).routes(gatekeeper),
        *TabCalls(
            settings, clients, state, sessions, panes, programs, context, facts, cookies, scratchpads
        ).routes(gatekeeper),
        *launches.routes(gatekeeper),
        *MessagingCalls(
            settings, clients, state, panes, scratchpads, fhir_messages, context, audit, clock, new_id
        ).routes(gatekeeper),
        *GrantCalls(clients, state, sessions, audit).routes(gatekeeper),
        *HandleCalls(settings, clock, new_id).routes(gatekeeper),
    ]
    return GatewayParts(
        settings=settings,
        clients=clients,
        state=state,
        clock=clock,
        records=store,
        sessions=sessions,
        panes=panes,
        programs=programs,
        signing=signing,
        tokens=verifier,
        upstream_tokens=upstream_tokens,
        facts=facts,
        context=context,
        scratchpads=scratchpads,
        fhir_messages=fhir_messages,
        pending=pending,
        used_assertions=used,
        proofs=proofs,
        strangers=strangers,
        refusals=_buckets(settings, clock, "refusals"),
        routes=list(routes),
    )


def _buckets(settings: GatewaySettings, clock: Clock, name: str) -> TokenBuckets:
    """Buckets by the two limits that begin with ``name``."""
    limits = settings.limits
    return TokenBuckets(
        getattr(limits, f"{name}_burst"),
        getattr(limits, f"{name}_per_minute") / 60,
        limits.remembered_addresses,
        clock.monotonic,
    )


def withdraw(clients: ClientRegistry, sessions: SessionKeeper, grants: Iterable[Grant]) -> None:
    """Cut grants of an earlier life to what is approved now; those of apps that are gone end."""
    for grant in grants:
        client = clients.find(grant.client_id)
        if client is None or not client.usable:
            sessions.end_grant(grant.grant_id)
            continue
        cut = system_scopes if grant.sid is None else granted_scopes
        scopes = cut(client, grant.scopes)
        if not client.approved:
            scopes = left_to_the_user(scopes)
        if scopes != grant.scopes:
            grant.scopes = scopes
            sessions.keep_grant(grant)


def assertion_name(client_id: str, jti: str) -> str:
    """The name of a used assertion's record; a client id may hold any character."""
    return f"{quote(client_id, safe='')}/{jti}"


def _note_proof(store: StateRecords, digest: str, until: datetime | None) -> None:
    if until is None:
        store.drop("proof", digest)
    else:
        store.keep("proof", digest, UntilThen(until))


def _restore(
    store: StateRecords,
    records: Iterable[tuple[str, bytes]],
    state: GatewayState,
    sessions: SessionKeeper,
    used: UsedAssertions,
    used_proofs: UsedProofs,
    clock: Clock,
    clients: ClientRegistry,
    restore_topic: RestoreTopic,
    styles: dict[str, bytes],
    scratchpads: Scratchpads,
) -> list[RSAKey]:
    """Take over an earlier life's objects and return its signing keys, newest first."""
    keys: list[RSAKey] = []

    def other(kind: str, identifier: str, plain: bytes) -> None:
        if kind == "signing-key":
            keys.insert(0, restored_key(plain))
        elif kind == "style":
            styles[identifier] = plain
        elif kind == RECORD:
            scratchpads.restore(identifier, plain)
        elif kind == "topic":
            restore_topic(identifier, plain)

    found = store.restore(records, other)
    state.sessions.update(found["session"])
    state.contexts.update(found["context"])
    state.grants.update(found["grant"])
    state.consents.update(found["consent"])
    for pane in found["pane"].values():
        pane.socket = False
        state.panes[pane.pane] = pane
    sessions.adopt(found["session"], found["refresh"])
    withdraw(clients, sessions, list(found["grant"].values()))
    sessions.revoked.update({jti: entry.until for jti, entry in found["revoked"].items()})
    for name, entry in found["assertion"].items():
        client_id, _, jti = name.partition("/")
        used.first_use(unquote(client_id), jti, entry.until, clock.now())
    used_proofs.restore({digest: entry.until for digest, entry in found["proof"].items()})
    return keys
