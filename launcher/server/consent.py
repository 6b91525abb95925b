"""The user decides about an app that the organisation has not approved but leaves to him (SAL-19, SAL-42)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from launcher.oauth.authorization_request import AuthorizationRequest
from launcher.oauth.errors import AuthorizationRefused, InvalidRequest
from launcher.oauth.model import GivenConsent
from launcher.oauth.parameters import Parameters
from launcher.oauth.single_use import SingleUse
from launcher.server.authorization import Authorization, Permission, is_fenced
from launcher.server.consent_texts import shared_in_words, until_in_words
from launcher.server.cookies import CookieNames, read_cookie
from launcher.server.dependencies import Clock, GatewaySettings, NewId, SessionAudit
from launcher.server.page_texts import language_of
from launcher.server.pages import Pages
from launcher.server.panes import PaneKeeper
from launcher.server.sessions import SessionKeeper
from launcher.smart.launch_context import LaunchTicket


@dataclass(frozen=True, slots=True)
class Question:
    """An authorization that waits for the user's word; bound to the session and pane that the page was shown to."""

    asked: AuthorizationRequest
    permission: Permission
    chosen: LaunchTicket | None

    @property
    def patients(self) -> tuple[str, ...]:
        """The patient whom it is about, if there is one."""
        ticket = self.permission.ticket or self.chosen
        return (ticket.patient,) if ticket is not None and ticket.patient is not None else ()


class Consents:
    """Asks, and remembers for the rest of the session what was allowed to whom, over a restart of the gateway too."""

    def __init__(
        self,
        settings: GatewaySettings,
        authorization: Authorization,
        sessions: SessionKeeper,
        panes: PaneKeeper,
        audit: SessionAudit,
        pages: Pages,
        cookies: CookieNames,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._authorization = authorization
        self._sessions = sessions
        self._panes = panes
        self._audit = audit
        self._pages = pages
        self._cookies = cookies
        self._clock = clock
        self._new_id = new_id
        self._questions: SingleUse[Question] = SingleUse(settings.limits.pending_requests)

    def is_missing(self, asked: AuthorizationRequest, permission: Permission) -> bool:
        """True when the user has to be asked: nobody approved the app, and he has not yet allowed this much."""
        if asked.client.approved:
            return False
        scopes = self._authorization.scopes(asked)
        allowed = self._sessions.has_allowed(permission.session.sid, asked.client.client_id, scopes)
        return "consent" in asked.prompt or not allowed

    def page(self, request: Request, question: Question) -> Response:
        """What will be shared and until when, and the two answers."""
        asked, session = question.asked, question.permission.session
        token = self._new_id()
        self._questions.put(
            token, question, self._clock.now(), self._settings.life("page_seconds"), session.sid
        )
        language = language_of(request.headers.get("accept-language"))
        scopes = self._authorization.scopes(asked)
        minutes = self._settings.limits.access_token_seconds // 60
        ends = session.expires_at if "online_access" in scopes else None
        consent = {
            "action": f"{self._settings.base_url}/oauth/consent",
            "token": token,
            "shared": shared_in_words(scopes, fenced=is_fenced(asked.client), language=language),
            "until": until_in_words(ends, minutes, language),
        }
        target = urlsplit(asked.redirect_uri)
        return self._pages.page(
            request,
            "consent",
            status=200,
            consent=consent,
            words={"app": asked.client.client_name, "publisher": asked.client.publisher},
            form_targets=f"'self' {target.scheme}://{target.netloc}",
        )

    def answered(self, request: Request, form: Parameters) -> Question:
        """The question that the user allowed.

        Raises ``InvalidRequest`` for a page that is too old or somebody else's, ``AuthorizationRefused`` for a no.
        """
        form.refuse_repeated()
        answer = form.need("answer")
        token, now = form.need("consent"), self._clock.now()
        question = self._questions.look(token, now)
        if question is None or not self._is_theirs(request, question):
            raise InvalidRequest("the page is too old")
        self._questions.take(token, now)
        session, asked = question.permission.session, question.asked
        consent = sha256(token.encode()).hexdigest()[:32]
        if answer != "allow":
            raise self._refused(question, consent, "the user refused")
        if not self._authorization.is_still_current(question.permission):
            raise self._refused(question, consent, "another patient was opened meanwhile")
        client_id, scopes = asked.client.client_id, self._authorization.scopes(asked)
        given = GivenConsent(consent, session.sid, client_id, scopes, now, session.expires_at)
        self._sessions.keep_consent(given)
        self._audit.note("consent", session, client_id, patients=question.patients, consent=consent)
        return question

    def _refused(self, question: Question, consent: str, reason: str) -> AuthorizationRefused:
        """A no is a decision too, and is recorded like a yes (BALP-13)."""
        session, asked = question.permission.session, question.asked
        self._audit.note(
            "consent",
            session,
            asked.client.client_id,
            patients=question.patients,
            consent=consent,
            refused=reason,
        )
        return asked.refused("access_denied", reason)

    def _is_theirs(self, request: Request, question: Question) -> bool:
        """True in the browser or pane that was asked, while its user is there."""
        permission = question.permission
        session = self._sessions.session(permission.session.sid)
        if session is None or session.locked_at is not None:
            return False
        if permission.ticket is not None and permission.ticket.pane is not None:
            pane = self._panes.of_cookie(read_cookie(request, self._cookies.pane))
            return pane is not None and pane.pane == permission.ticket.pane
        own = self._sessions.session_of_cookie(read_cookie(request, self._cookies.session))
        return own is not None and own.sid == session.sid
