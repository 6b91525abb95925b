"""Who is signed in in which browser: cookies, single sign-on, and the tokens that tie a form to its browser."""

from __future__ import annotations

import hashlib
import hmac
import re

from starlette.requests import Request
from starlette.responses import Response

from launcher.sandbox.identity.model import (
    Authentication,
    AuthorizationRequest,
    Clock,
    DemoUser,
    NewId,
    Session,
)
from launcher.sandbox.identity.store import ProviderStore

SESSION_COOKIE = "vaktrom_idp_session"
BROWSER_COOKIE = "vaktrom_idp_browser"
_COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{16,128}")


class Sessions:
    """Sessions of browsers; the cookie's value and the ``sid`` in tokens are two different secrets."""

    def __init__(self, store: ProviderStore, clock: Clock, new_id: NewId, *, secure: bool) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._secure = secure
        self._form_key = new_id().encode()

    def current(self, request: Request) -> Session | None:
        """The living session of this browser."""
        session = self._store.sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        if session is None or self._store.ended_sessions.get(session.sid):
            return None
        return session

    def sign_in(self, request: Request, user: DemoUser) -> tuple[str, Authentication]:
        """Open a session for ``user``, or renew theirs; the cookie's value is new either way (no fixation)."""
        before = self.current(request)
        self._store.sessions.take(request.cookies.get(SESSION_COOKIE, ""))
        if before is not None and before.user.sub == user.sub:
            session = Session(before.sid, user, self._clock.now())
        else:
            session = Session(self._new_id(), user, self._clock.now())
        cookie = self._new_id()
        self._store.sessions.put(cookie, session)
        return cookie, authentication_of(session)

    def end(self, sid: str) -> None:
        """End a session: no single sign-on, no refresh."""
        self._store.ended_sessions.put(sid, True)

    def browser(self, request: Request) -> str | None:
        """The value that ties login forms to this browser, if it has one."""
        value = request.cookies.get(BROWSER_COOKIE, "")
        return value if _COOKIE_VALUE.fullmatch(value) else None

    def new_browser(self) -> str:
        """A fresh value for a browser that has none."""
        return self._new_id()

    def form_token(self, owner: str, purpose: str) -> str:
        """The token that a form carries; only the browser that owns ``owner`` can have it."""
        return hmac.new(self._form_key, f"{owner} {purpose}".encode(), hashlib.sha256).hexdigest()

    def form_token_fits(self, token: str, owner: str, purpose: str) -> bool:
        """Whether a form came from the page that was given to this browser."""
        return hmac.compare_digest(token.encode(), self.form_token(owner, purpose).encode())

    def set_cookie(self, response: Response, name: str, value: str) -> None:
        """Set one of the two cookies: HttpOnly, SameSite=Lax, for this browser session."""
        response.set_cookie(name, value, path="/", httponly=True, samesite="lax", secure=self._secure)

    def drop_session_cookie(self, response: Response) -> None:
        """Take the session cookie back."""
        response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=self._secure)


def authentication_of(session: Session) -> Authentication:
    """The facts that codes and tokens carry on."""
    return Authentication(session.sid, session.user, session.authenticated_at)


def must_sign_in(request: AuthorizationRequest, session: Session | None, clock: Clock) -> bool:
    """Whether this request needs the sign-in page (OIDC Core 3.1.2.1: prompt, max_age, hints)."""
    if session is None or request.prompts & {"login", "select_account"}:
        return True
    age = (clock.now() - session.authenticated_at).total_seconds()
    if request.max_age is not None and (request.max_age == 0 or age > request.max_age):
        return True
    if request.hinted_sub is not None and request.hinted_sub != session.user.sub:
        return True
    return request.login_hint not in (None, session.user.username, session.user.sub)
