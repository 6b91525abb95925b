"""Sessions, contexts and grants of one gateway: every change goes through here, is recorded, and is told on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from launcher.oauth.model import GatewayState, GivenConsent, Grant, UserSession, WorkspaceContext
from launcher.oauth.refresh import RefreshFamily
from launcher.server.dependencies import Clock, GrantListener, NewId
from launcher.server.fact_stream import FactStream
from launcher.stores.state_records import StateRecords, UntilThen


def cookie_digest(value: str) -> str:
    """What is kept of a cookie's value."""
    return hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()


class SessionKeeper:
    """The one place where sessions, contexts and grants begin and end (S6).

    ``listeners`` may be added to until the first request is served. Everything is synchronous: between a check
    and its change no other request runs.
    """

    def __init__(
        self,
        state: GatewayState,
        records: StateRecords,
        clock: Clock,
        new_id: NewId,
        facts: FactStream,
        shell_client_id: str,
        offline_life: timedelta = timedelta(days=90),
    ) -> None:
        self._shell_client_id = shell_client_id
        self._offline_life = offline_life
        self._state = state
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._facts = facts
        self.listeners: list[GrantListener] = []
        self.pane_lost_grant: Callable[[str], None] = lambda pane: None
        self.families: dict[str, RefreshFamily] = {}
        self.revoked: dict[str, datetime] = {}
        self._sid_by_cookie: dict[str, str] = {}

    # sessions

    def start(self, session: UserSession) -> None:
        """A user has signed in."""
        self._state.sessions[session.sid] = session
        self._sid_by_cookie[session.cookie_sha256] = session.sid
        self._records.keep("session", session.sid, session)

    def session(self, sid: str | None) -> UserSession | None:
        """The live session with this id, its user still there; one whose time is over ends here."""
        session = self._state.sessions.get(sid or "")
        if session is None:
            return None
        if session.locked_at is None and session.expires_at <= self._clock.now():
            self.end_session(session.sid)
            return None
        return None if session.offline else session

    def session_of_grant(self, grant: Grant) -> UserSession | None:
        """The session that a live grant stands on; for ``offline_access`` also when its user has gone (SAL-47)."""
        self.session(grant.sid)
        if grant.grant_id not in self._state.grants:
            return None
        return self._state.sessions.get(grant.sid or "")

    def session_of_cookie(self, value: str | None) -> UserSession | None:
        """The live session that the login cookie belongs to."""
        return self.session(self._sid_by_cookie.get(cookie_digest(value))) if value else None

    def keep_session(self, session: UserSession) -> None:
        """Record a changed session."""
        if session.sid in self._state.sessions:
            self._records.keep("session", session.sid, session)

    def lock(self, session: UserSession) -> None:
        """Lock: nothing of the user's flows until :meth:`unlock`; lives stand still."""
        if session.locked_at is not None:
            return
        session.locked_at = self._clock.now()
        self.keep_session(session)
        self._tell(lambda listener: listener.session_locked(session.sid))
        self._facts.publish(session.sid, {"type": "session", "locked": True})

    def unlock(self, session: UserSession, fresh: UserSession) -> None:
        """Go on with the upstream tokens and the cookie of ``fresh``, a new login of the same user."""
        if session.locked_at is not None:
            self._prolong(session, self._clock.now() - session.locked_at)
        session.locked_at = None
        session.authenticated_at = fresh.authenticated_at
        session.upstream_access_token = fresh.upstream_access_token
        session.upstream_refresh_token = fresh.upstream_refresh_token
        session.upstream_id_token = fresh.upstream_id_token
        session.upstream_expires_at = fresh.upstream_expires_at
        self._sid_by_cookie.pop(session.cookie_sha256, None)
        session.cookie_sha256 = fresh.cookie_sha256
        self.end_session(fresh.sid)
        self._sid_by_cookie[session.cookie_sha256] = session.sid
        self.keep_session(session)
        self._tell(lambda listener: listener.session_unlocked(session.sid))
        self._facts.publish(session.sid, {"type": "session", "locked": False})

    def end_session(self, sid: str) -> None:
        """End everything of a session: grants, panes, contexts, tokens, cookie; listeners hear of it first.

        Grants with ``offline_access`` outlive it (SAL-47): they stay on a session that nobody can enter. When such
        a session ends, they end too.
        """
        session = self._state.sessions.pop(sid, None)
        if session is None:
            return
        self._sid_by_cookie.pop(session.cookie_sha256, None)
        self._tell(lambda listener: listener.session_ended(sid))
        kept = [grant for grant in self.grants_of(sid) if grant.offline and not session.offline]
        for grant in self.grants_of(sid):
            if grant in kept:
                self._set_free(grant)
            else:
                self.end_grant(grant.grant_id)
        for consent in [one.consent for one in self._state.consents.values() if one.sid == sid]:
            self.forget_consent(consent)
        for topic in [context.topic for context in self._state.contexts.values() if context.sid == sid]:
            self.close_context(topic)
        for pane in [pane.pane for pane in self._state.panes.values() if pane.sid == sid]:
            del self._state.panes[pane]
            self._records.drop("pane", pane)
        if kept:
            self._keep_offline(session)
        else:
            self._records.drop("session", sid)
        self._facts.publish(sid, {"type": "session", "ended": True})
        self._facts.end(sid)

    def _keep_offline(self, session: UserSession) -> None:
        session.offline, session.locked_at, session.cookie_sha256 = True, None, ""
        session.expires_at = self._clock.now() + self._offline_life
        self._state.sessions[session.sid] = session
        self._records.keep("session", session.sid, session)

    def _set_free(self, grant: Grant) -> None:
        """Loosen a grant from pane and tab; its sockets end, its tokens live on."""
        grant.pane = grant.topic = None
        self.keep_grant(grant)
        self._tell(lambda listener: listener.grant_ended(grant.grant_id))

    # contexts

    def open_context(self, sid: str) -> WorkspaceContext:
        """A new patient tab with an unguessable topic (FC-05)."""
        context = WorkspaceContext(self._new_id(), sid, self._clock.now())
        self._state.contexts[context.topic] = context
        self._records.keep("context", context.topic, context)
        self._tell(lambda listener: listener.topic_opened(context.topic, sid))
        return context

    def bring_to_front(self, context: WorkspaceContext) -> None:
        """The user looks at this tab now; whoever joins his desktop joins here."""
        context.fronted_at = self._clock.now()
        self._records.keep("context", context.topic, context)

    def contexts(self) -> Sequence[WorkspaceContext]:
        """Every patient tab of everybody."""
        return tuple(self._state.contexts.values())

    def session_of(self, topic: str) -> str | None:
        """Whose context a topic is (the hub's ``TopicDirectory``)."""
        context = self._state.contexts.get(topic)
        return context.sid if context is not None else None

    def close_context(self, topic: str) -> None:
        """Close a tab: its panes and their grants end with it."""
        context = self._state.contexts.pop(topic, None)
        if context is None:
            return
        for pane in [pane for pane in self._state.panes.values() if pane.topic == topic]:
            self.close_pane(pane.pane)
        for grant in [grant for grant in self._state.grants.values() if grant.topic == topic]:
            self._end_or_free(grant)
        self._records.drop("context", topic)
        self._tell(lambda listener: listener.topic_closed(topic))

    def close_pane(self, pane_id: str) -> None:
        """Close a pane and end its grants; those with ``offline_access`` live on without it."""
        pane = self._state.panes.pop(pane_id, None)
        if pane is None:
            return
        for grant in [grant for grant in self._state.grants.values() if grant.pane == pane_id]:
            self._end_or_free(grant)
        self._records.drop("pane", pane_id)
        self._facts.publish(pane.sid, {"type": "pane-closed", "pane": pane_id})

    # grants

    def add_grant(self, grant: Grant) -> None:
        """A code was redeemed."""
        self._state.grants[grant.grant_id] = grant
        self._records.keep("grant", grant.grant_id, grant)

    def keep_grant(self, grant: Grant) -> None:
        """Record a changed grant."""
        if grant.grant_id in self._state.grants:
            self._records.keep("grant", grant.grant_id, grant)

    def end_grant(self, grant_id: str) -> None:
        """End a grant at once: its tokens are dead, its sockets are told.

        A session without a shell has nobody who could close what is open: it ends with its last shell grant.
        """
        grant = self._state.grants.pop(grant_id, None)
        if grant is None:
            return
        grant.ended = True
        for family in [family for family in self.families.values() if family.grant_id == grant_id]:
            del self.families[family.family]
            self._records.drop("refresh", family.family)
        self._records.drop("grant", grant_id)
        self._tell(lambda listener: listener.grant_ended(grant_id))
        if grant.pane is not None:
            self.pane_lost_grant(grant.pane)
        if grant.client_id == self._shell_client_id and not any(
            other.client_id == self._shell_client_id for other in self.grants_of(grant.sid or "")
        ):
            self.end_session(grant.sid or "")
        session = self._state.sessions.get(grant.sid or "")
        if session is not None and session.offline and not self.grants_of(session.sid):
            self.end_session(session.sid)

    def _end_or_free(self, grant: Grant) -> None:
        if grant.offline:
            self._set_free(grant)
        else:
            self.end_grant(grant.grant_id)

    def replace_grants_of_pane(self, grant: Grant) -> None:
        """End what the pane held before ``grant``: a pane is about one patient, so it has one grant (S2)."""
        for old in self.grants_of(grant.sid or ""):
            if grant.pane is not None and old.pane == grant.pane and old.grant_id != grant.grant_id:
                self.end_grant(old.grant_id)

    def replace_grants_of_program(self, grant: Grant) -> None:
        """End what a program held in this session before ``grant``: signing in again gives no second place."""
        for old in self.grants_of(grant.sid or ""):
            if old.pane is None and old.client_id == grant.client_id and old.grant_id != grant.grant_id:
                self.end_grant(old.grant_id)

    def grants_of(self, sid: str) -> Sequence[Grant]:
        """The live grants of a session."""
        return [grant for grant in self._state.grants.values() if grant.sid == sid]

    # consents

    def consent_to(self, sid: str, client_id: str) -> GivenConsent | None:
        """What the user of a session has allowed a client, while it counts."""
        now = self._clock.now()
        found = (one for one in self._state.consents.values() if (one.sid, one.client_id) == (sid, client_id))
        return next((one for one in found if now < one.until), None)

    def has_allowed(self, sid: str, client_id: str, scopes: Iterable[str]) -> bool:
        """True while the user of a session allows a client at least this much."""
        given = self.consent_to(sid, client_id)
        return set(scopes) <= set(given.scopes if given is not None else ())

    def keep_consent(self, consent: GivenConsent) -> None:
        """The user allowed this; what he allowed the same client before is forgotten."""
        for old in list(self._state.consents.values()):
            if (old.sid, old.client_id) == (consent.sid, consent.client_id) or old.until <= self._clock.now():
                self.forget_consent(old.consent)
        self._state.consents[consent.consent] = consent
        self._records.keep("consent", consent.consent, consent)

    def forget_consent(self, consent: str) -> None:
        """It does not count any more."""
        if self._state.consents.pop(consent, None) is not None:
            self._records.drop("consent", consent)

    def offline_grants_of(self, session: UserSession) -> Sequence[Grant]:
        """Every grant with ``offline_access`` of a session's user, also those that outlived an earlier session."""
        sids = {
            other.sid
            for other in self._state.sessions.values()
            if (other.sub, other.upstream_issuer) == (session.sub, session.upstream_issuer)
        }
        return [grant for grant in self._state.grants.values() if grant.offline and grant.sid in sids]

    def keep_family(self, family: RefreshFamily) -> None:
        """Record a new or rotated refresh token family."""
        self.families[family.family] = family
        self._records.keep("refresh", family.family, family)

    def revoke_token(self, jti: str, until: datetime) -> None:
        """One access token is dead; remembered until it would have expired."""
        self.revoked[jti] = until
        self._records.keep("revoked", jti, UntilThen(until))

    def sweep(self, unused_life: timedelta, locked_life: timedelta) -> None:
        """End what is over: expired and forgotten sessions, logins nobody took up, memories of expired tokens."""
        now = self._clock.now()
        for jti in [jti for jti, until in self.revoked.items() if until <= now]:
            del self.revoked[jti]
            self._records.drop("revoked", jti)
        for grant in list(self._state.grants.values()):
            if grant.expires_at is not None and grant.expires_at <= now:
                self.end_grant(grant.grant_id)
        for family in list(self.families.values()):
            live = self._state.grants.get(family.grant_id)
            if live is not None and live.offline and family.expires_at <= now:
                self.end_grant(family.grant_id)
        used = {grant.sid for grant in self._state.grants.values()}
        for session in list(self._state.sessions.values()):
            if self.session(session.sid) is None:
                continue
            unused = session.sid not in used and session.created_at + unused_life <= now
            if unused or (session.locked_at is not None and session.locked_at + locked_life <= now):
                self.end_session(session.sid)

    def adopt(self, sessions: dict[str, UserSession], families: dict[str, RefreshFamily]) -> None:
        """Take over what an earlier life recorded."""
        for session in sessions.values():
            if session.cookie_sha256:
                self._sid_by_cookie[session.cookie_sha256] = session.sid
        self.families.update(families)

    def _prolong(self, session: UserSession, locked_for: timedelta) -> None:
        for grant in self.grants_of(session.sid):
            for family in [item for item in self.families.values() if item.grant_id == grant.grant_id]:
                family.expires_at += locked_for
                self.keep_family(family)
        session.expires_at += locked_for

    def _tell(self, call: Callable[[GrantListener], None]) -> None:
        for listener in self.listeners:
            call(listener)
