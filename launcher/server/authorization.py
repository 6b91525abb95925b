"""From a valid authorization request and a known user to a code: the decisions between the two endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from launcher.oauth.authorization_request import AuthorizationRequest
from launcher.oauth.model import Grant, Pane, RegisteredClient, UserSession, WorkspaceContext
from launcher.oauth.proof_key import verifier_matches
from launcher.oauth.refresh import fingerprint
from launcher.oauth.single_use import SingleUse
from launcher.server.dependencies import Clock, CurrentContext, GatewaySettings, NewId, SessionAudit
from launcher.server.panes import PaneKeeper
from launcher.server.sessions import SessionKeeper
from launcher.server.style_sheets import StyleSheets
from launcher.smart.launch_context import LaunchTicket
from launcher.smart.scopes import follower_scopes, granted_scopes, left_to_the_user, needs_patient
from launcher.smart.web_messaging import without_messaging


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """What a code stands for until it is redeemed (SAL-18)."""

    grant: Grant
    redirect_uri: str
    code_challenge: str | None
    key: str | None = None

    def is_proven_by(self, verifier: str | None) -> bool:
        """True when the verifier fits; a code without a challenge (an exempted client) wants none (RFC 9700 2.1.1)."""
        if self.code_challenge is None:
            return verifier is None
        return verifier_matches(verifier, self.code_challenge)


@dataclass(frozen=True, slots=True)
class Permission:
    """Who is behind a request, and the launch that it belongs to, if any."""

    session: UserSession
    ticket: LaunchTicket | None = None


@dataclass(slots=True)
class PendingAuthorizations:
    """Everything of the authorization endpoint that is redeemed at most once."""

    capacity: int
    codes: SingleUse[AuthorizationCode] = field(init=False)
    launches: SingleUse[LaunchTicket] = field(init=False)
    spent_codes: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = SingleUse(self.capacity)
        self.launches = SingleUse(self.capacity)


def is_fenced(client: RegisteredClient) -> bool:
    """True for an app that follows by itself; a ``patient/`` scope could not follow, so it gets none (SAL-70)."""
    return client.follows == "fhircast" and not client.first_party


class Authorization:
    """Decides who may have a code for what; knows no HTTP."""

    def __init__(
        self,
        settings: GatewaySettings,
        sessions: SessionKeeper,
        panes: PaneKeeper,
        pending: PendingAuthorizations,
        context: CurrentContext,
        styles: StyleSheets,
        audit: SessionAudit,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._panes = panes
        self._pending = pending
        self._context = context
        self._styles = styles
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def permission(
        self, request: AuthorizationRequest, pane_cookie: str | None, session_cookie: str | None
    ) -> Permission | None:
        """Who is asking; ``None`` when a login is needed first.

        A pane cookie counts for its own client and for nothing else. Raises ``AuthorizationRefused`` for a launch
        that is not this client's and user's (SAL-12), and where a needed login is not possible.
        """
        pane = self._panes.of_cookie(pane_cookie)
        if pane is not None and (pane.client_id != request.client.client_id or request.client.first_party):
            pane = None
        session = self._sessions.session_of_cookie(session_cookie)
        if request.launch is not None:
            return self._launched(request, request.launch, pane, session)
        if pane is not None:
            return self._in_pane(request, pane)
        if session is None or session.locked_at is not None or self._login_is_stale(request, session):
            return None
        return None if request.client.login_each_time else self.signed_in(request, session)

    def signed_in(self, request: AuthorizationRequest, session: UserSession) -> Permission:
        """What a login gives by itself. A program beside the desktop joins the desktop of the same user: it follows the
        tab in front, and ends with that desktop's session. Raises ``AuthorizationRefused``.
        """
        if not request.client.native:
            return Permission(session)
        same = (session.sub, session.upstream_issuer)
        owners = {
            context.sid: owner
            for context in self._sessions.contexts()
            if (owner := self._sessions.session(context.sid)) is not None
            and (owner.sub, owner.upstream_issuer) == same
        }
        if not owners:
            raise request.refused("access_denied", "this user has no desktop open with a patient tab")
        if len(owners) > 1:
            raise request.refused(
                "access_denied", "this user has more than one desktop open; close one of them"
            )
        (owner,) = owners.values()
        if owner.locked_at is not None:
            raise request.refused("temporarily_unavailable", "the session is locked")
        joined = _in_front([context for context in self._sessions.contexts() if context.sid == owner.sid])
        current = self._context.current(joined.topic)
        client_id, patient = request.client.client_id, current.patient
        ticket = LaunchTicket(owner.sid, client_id, joined.topic, None, patient, current.encounter, None)
        return Permission(owner, ticket)

    def _launched(
        self, request: AuthorizationRequest, launch: str, pane: Pane | None, session: UserSession | None
    ) -> Permission:
        ticket = self._pending.launches.take(launch, self._clock.now())
        if ticket is None or ticket.client_id != request.client.client_id:
            raise request.refused("invalid_request", "the launch is unknown, used or expired")
        if ticket.pane is not None:
            known = pane is not None and pane.pane == ticket.pane
        else:
            known = (pane is not None and pane.sid == ticket.sid) or (
                session is not None and session.sid == ticket.sid
            )
        owner = self._sessions.session(ticket.sid)
        if not known or owner is None:
            raise request.refused("access_denied", "the launch belongs to another user or pane")
        self._refuse_if_locked_or_stale(request, owner)
        return Permission(owner, ticket)

    def _in_pane(self, request: AuthorizationRequest, pane: Pane) -> Permission:
        """A standalone launch inside a pane: its user is known, its patient is that of its topic (SAL-21).

        A pinned pane stays with the patient that it is marked with (S3).
        """
        owner = self._sessions.session(pane.sid)
        if owner is None:
            raise request.refused("access_denied", "the session has ended")
        self._refuse_if_locked_or_stale(request, owner)
        current = self._context.current(pane.topic)
        patient, encounter = current.patient, current.encounter
        held = self._panes.grant_of(pane)
        if pane.pinned and held is not None:
            patient, encounter = held.effective_patient, held.encounter
        return Permission(
            owner,
            LaunchTicket(
                sid=pane.sid,
                client_id=pane.client_id,
                topic=pane.topic,
                pane=pane.pane,
                patient=patient,
                encounter=encounter,
                intent=None,
            ),
        )

    def _refuse_if_locked_or_stale(self, request: AuthorizationRequest, session: UserSession) -> None:
        if session.locked_at is not None:
            raise request.refused("temporarily_unavailable", "the session is locked")
        if self._login_is_stale(request, session):
            raise request.refused("login_required", "a new login is not possible in a pane")

    def _login_is_stale(self, request: AuthorizationRequest, session: UserSession) -> bool:
        if "login" in request.prompt:
            return True
        if request.max_age is None:
            return False
        return (self._clock.now() - session.authenticated_at).total_seconds() > request.max_age

    def scopes(self, request: AuthorizationRequest) -> tuple[str, ...]:
        """What the request would be granted; some things nobody but the organisation gives."""
        scopes = granted_scopes(request.client, request.scopes)
        if is_fenced(request.client):
            scopes = follower_scopes(scopes)
        return scopes if request.client.approved else left_to_the_user(scopes)

    def is_still_current(self, permission: Permission) -> bool:
        """True while the tab of a launch is about the patient that it began with, or its pane is pinned."""
        ticket = permission.ticket
        if ticket is None:
            return True
        if self._sessions.session_of(ticket.topic) != ticket.sid:
            return False
        pane = self._panes.find(ticket.pane)
        pinned = pane is not None and pane.pinned
        return pinned or self._context.current(ticket.topic).patient == ticket.patient

    def code_for(
        self, request: AuthorizationRequest, permission: Permission, chosen: LaunchTicket | None = None
    ) -> str:
        """A code for the granted part of the request; raises ``AuthorizationRefused`` (SAL-21).

        ``chosen`` is what the user picked for a standalone launch.
        """
        fenced = is_fenced(request.client)
        scopes = self.scopes(request)
        ticket, session = permission.ticket or chosen, permission.session
        patient = ticket.patient if ticket is not None else None
        pane = ticket.pane if ticket is not None else None
        if pane is None:
            scopes = without_messaging(scopes)
        if patient is None and needs_patient(scopes):
            raise request.refused("invalid_scope", "a patient scope needs a patient in context")
        implied = set(ticket.implied_reads) if ticket is not None else set()
        if "fhirUser" in scopes and session.fhir_user is not None:
            implied.add(session.fhir_user)
        grant = Grant(
            grant_id=self._new_id(),
            sid=session.sid,
            client_id=request.client.client_id,
            scopes=scopes,
            patient=patient,
            encounter=ticket.encounter if ticket is not None else None,
            topic=(ticket.topic or None) if ticket is not None else None,
            pane=pane,
            fenced=fenced,
            effective_patient=patient,
            fhir_user=session.fhir_user if "fhirUser" in scopes else None,
            implied_reads=frozenset(implied),
            created_at=self._clock.now(),
            nonce=request.nonce,
            intent=ticket.intent if ticket is not None else None,
            fhir_context=list(ticket.fhir_context) if ticket is not None else [],
            authenticated_at=session.authenticated_at,
            need_patient_banner=pane is None,
            tenant=self._settings.tenant,
            style_url=self._styles.url(ticket.style) if ticket is not None and pane is not None else None,
        )
        code = self._new_id()
        self._pending.codes.put(
            code,
            AuthorizationCode(grant, request.redirect_uri, request.code_challenge, request.dpop_jkt),
            self._clock.now(),
            self._settings.life("code_seconds"),
            session.sid,
        )
        self._audit.note("code", session, grant.client_id, grant=grant)
        return code

    def redeem(self, code: str) -> AuthorizationCode | None:
        """Take a code, once. A code that comes again ends what was issued from it (SAL-18)."""
        now = self._clock.now()
        digest = fingerprint(code)
        for old in [old for old, (_, until) in self._pending.spent_codes.items() if until <= now]:
            del self._pending.spent_codes[old]
        spent = self._pending.spent_codes.get(digest)
        if spent is not None:
            self._sessions.end_grant(spent[0])
            return None
        taken = self._pending.codes.take(code, now)
        if taken is not None:
            until = now + self._settings.life("spent_code_memory_seconds")
            self._pending.spent_codes[digest] = (taken.grant.grant_id, until)
        return taken

    def patient_is_missing(self, request: AuthorizationRequest, permission: Permission) -> bool:
        """True when a standalone launch must first choose a patient (SAL-20)."""
        if permission.ticket is not None:
            return False
        scopes = granted_scopes(request.client, request.scopes)
        return needs_patient(scopes) or not {"launch/patient", "launch/encounter"}.isdisjoint(scopes)

    def facts(self) -> dict[str, Any]:
        """How much is pending; for tests and readiness."""
        return {"codes": len(self._pending.codes), "launches": len(self._pending.launches)}


def _in_front(contexts: Sequence[WorkspaceContext]) -> WorkspaceContext:
    """The tab that was brought to the front last; before any was, the one that was opened first."""
    fronted = [(context.fronted_at, context) for context in contexts if context.fronted_at is not None]
    if fronted:
        return max(fronted, key=lambda pair: pair[0])[1]
    return min(contexts, key=lambda context: context.created_at)
